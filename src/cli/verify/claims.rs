//! A story's claims beside those found again in the records of its articles.

use super::story::may_be_cut;
use crate::desk::statements::statements;
use crate::news::{Member, Statement, hash16};
use crate::record::StoryRecord;

/// The first claim that does not follow from the story's articles; `is_whole` says whether their records show all that
/// was known of what is said in them.
///
/// Records without bodies do not show what was denied, or not even denied, so there each claim is checked for itself:
/// that its first article says it, and that its witnesses are among those who may have heard it.
pub(super) fn wrong_statements(
    record: &StoryRecord,
    members: &[Member],
    is_whole: bool,
) -> Option<String> {
    let due = statements(record.story_id, members);
    if record.statements == due {
        return None;
    }
    if is_whole && !may_be_cut(record) {
        return Some(differing(&record.statements, &due));
    }
    record.statements.iter().find_map(|statement| {
        wrong_source(record, members, statement)
            .or_else(|| wrong_witness(statement, due.iter().find(|due| due.id == statement.id)?))
    })
}

fn wrong_witness(found: &Statement, due: &Statement) -> Option<String> {
    let stranger = found.witnesses.iter().find(|witness| !due.witnesses.contains(witness))?;
    Some(format!("{}: {stranger} did not hear it", found.id))
}

/// A claim's first article says it, and its id follows from that.
fn wrong_source(record: &StoryRecord, members: &[Member], statement: &Statement) -> Option<String> {
    let first = members.iter().find(|member| member.article == statement.first_article_id);
    let Some(first) = first else {
        return Some(format!("{}: first said in no article of the story", statement.id));
    };
    let (story, article) = (record.story_id.to_string(), first.article.to_string());
    let says = first.said.iter().any(|said| {
        let parts = [story.as_str(), &said.speaker, &article, &said.quote];
        statement.id == format!("stm_{}", hash16(&parts))
            && (&said.speaker, &said.text) == (&statement.speaker, &statement.text)
    });
    // What was left out of the article's record may be this.
    let is_cut = first.said.is_empty();
    (!says && !is_cut).then(|| format!("{}: its first article does not say so", statement.id))
}

fn differing(found: &[Statement], due: &[Statement]) -> String {
    if found.len() != due.len() {
        return format!("{} statements, recounted {}", found.len(), due.len());
    }
    let pair = found.iter().zip(due).find(|(found, due)| found != due);
    pair.map_or_else(String::new, |(found, due)| {
        format!(
            "statement {} with witnesses {:?}, recounted {} with {:?}",
            found.id, found.witnesses, due.id, due.witnesses
        )
    })
}
