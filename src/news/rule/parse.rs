//! Reads a rule: words first, then what joins them, the loosest first. Bounded depth, no guesses: what could be meant in two
//! ways is an error that names both.

use super::{Field, NEAR_WORDS_MAX, Node, Rule, RuleError, Term};

/// Brackets in brackets; people do not write deeper.
const DEPTH_MAX: usize = 32;

/// Marks that open or close a phrase; word processors turn the straight ones into the others.
const QUOTES: [char; 4] = ['"', '“', '”', '„'];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(usize),
    Term(Term),
}

#[derive(Clone, Debug)]
struct Token {
    kind: Kind,
    at: usize,
}

pub(super) fn parse(text: &str) -> Result<Rule, RuleError> {
    let tokens = Lexer { text, at: 0 }.all().map_err(|bad| bad.told(text))?;
    let mut reader = Reader { text, tokens, next: 0, terms: Vec::new() };
    let rule = reader.rule().map_err(|bad| bad.told(text))?;
    Ok(rule)
}

/// A mistake at a byte.
struct Bad {
    at: usize,
    message: String,
    suggestion: Option<String>,
}

impl Bad {
    fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into(), suggestion: None }
    }

    fn meant(self, suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()), ..self }
    }

    fn told(self, text: &str) -> RuleError {
        let Self { at, message, suggestion } = self;
        let column = text.get(..at).unwrap_or(text).chars().count() + 1;
        RuleError { message, suggestion, at, column }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn all(mut self) -> Result<Vec<Token>, Bad> {
        let mut tokens = Vec::new();
        while let Some(c) = self.peek() {
            let at = self.at;
            let kind = match c {
                '(' => self.single(Kind::Open),
                ')' => self.single(Kind::Close),
                c if c.is_whitespace() => {
                    self.at += c.len_utf8();
                    continue;
                }
                c if QUOTES.contains(&c) => {
                    let words = self.phrase()?;
                    Kind::Term(term(at, Field::Text, &words, words.clone())?)
                }
                _ => self.word()?,
            };
            tokens.push(Token { kind, at });
        }
        Ok(tokens)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn single(&mut self, kind: Kind) -> Kind {
        self.at += 1;
        kind
    }

    /// The words between two marks, the first of which comes next.
    fn phrase(&mut self) -> Result<String, Bad> {
        let open = self.at;
        let rest = self.text.get(open..).unwrap_or_default();
        let mut marks = rest.char_indices().filter(|(_, c)| QUOTES.contains(c));
        let first = marks.next().map_or(0, |(_, c)| c.len_utf8());
        let Some((end, mark)) = marks.next() else {
            return Err(Bad::new(open, "a '\"' is not closed").meant("a second '\"'"));
        };
        self.at = open + end + mark.len_utf8();
        Ok(rest.get(first..end).unwrap_or_default().to_owned())
    }

    fn word(&mut self) -> Result<Kind, Bad> {
        let at = self.at;
        let rest = self.text.get(at..).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || c == '(' || c == ')' || QUOTES.contains(&c);
        let word = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or_default();
        self.at = at + word.len();
        match word {
            "AND" | "&&" => return Ok(Kind::And),
            "OR" | "||" => return Ok(Kind::Or),
            "NOT" => return Ok(Kind::Not),
            _ => {}
        }
        if let Some(number) = word.strip_prefix("NEAR")
            && (number.is_empty() || number.starts_with('/'))
        {
            return near(at, number);
        }
        match word.split_once(':') {
            Some((name, value)) if name.starts_with(|c: char| c.is_alphabetic()) => {
                self.field(at, name, value)
            }
            _ if word.contains('*') => {
                Err(Bad::new(at, format!("{word:?} has a wildcard: whole words only"))
                    .meant("the forms of the word in brackets, joined by OR"))
            }
            _ => Ok(Kind::Term(term(at, Field::Text, word, word.to_owned())?)),
        }
    }

    /// A field with its value: behind the colon stands a word, or a phrase.
    fn field(&mut self, at: usize, name: &str, value: &str) -> Result<Kind, Bad> {
        let known = Field::NAMED.iter().find(|(known, _)| *known == name);
        let Some((_, field)) = known else {
            let names: Vec<String> =
                Field::NAMED.iter().map(|(name, _)| format!("{name}:")).collect();
            let lower = name.to_lowercase();
            let meant = Field::NAMED.iter().find(|(known, _)| lower.starts_with(known));
            let bad = Bad::new(at, format!("no field {name:?}; fields are {}", names.join(" ")));
            return Err(match meant {
                Some((known, _)) => bad.meant(format!("{known}:")),
                None => bad.meant(format!("\"{name} {value}\" in quotes, if it is text")),
            });
        };
        let is_quoted = value.is_empty() && self.peek().is_some_and(|c| QUOTES.contains(&c));
        let words = if is_quoted { self.phrase()? } else { value.to_owned() };
        let shown = self.text.get(at..self.at).unwrap_or_default().to_owned();
        if words.trim().is_empty() {
            return Err(Bad::new(at, format!("{name}: needs a word or a \"phrase\" behind it"))
                .meant(format!("{name}:\"…\", once for each value, joined by OR")));
        }
        Ok(Kind::Term(term(at, *field, &words, shown)?))
    }
}

fn near(at: usize, number: &str) -> Result<Kind, Bad> {
    let words = number.strip_prefix('/').and_then(|number| number.parse().ok());
    words.filter(|words| *words <= NEAR_WORDS_MAX).map(Kind::Near).ok_or_else(|| {
        Bad::new(at, format!("NEAR needs the words that may lie between, 0 to {NEAR_WORDS_MAX}"))
            .meant("NEAR/5")
    })
}

fn term(at: usize, field: Field, words: &str, shown: String) -> Result<Term, Bad> {
    if !words.chars().any(char::is_alphanumeric) {
        return Err(Bad::new(at, format!("{words:?} holds neither a letter nor a digit")));
    }
    Ok(Term { shown, field, words: words.trim().to_owned(), is_negated: true })
}

struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    next: usize,
    terms: Vec<Term>,
}

/// Whether what is read stands under an odd number of `NOT`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Nothing,
    Not,
}

impl Under {
    fn turned(self) -> Self {
        if self == Self::Not { Self::Nothing } else { Self::Not }
    }
}

impl Reader<'_> {
    fn rule(&mut self) -> Result<Rule, Bad> {
        if self.tokens.is_empty() {
            return Err(Bad::new(0, "the rule is empty").meant("words joined by AND, OR, NEAR/5"));
        }
        let root = self.any(Under::Nothing, 0)?;
        if let Some(token) = self.tokens.get(self.next) {
            return Err(Bad::new(token.at, "a ')' closes nothing").meant("no ')' here"));
        }
        if self.terms.iter().all(|term| term.is_negated) {
            return Err(Bad::new(0, "every term stands under NOT, so nearly everything would hit")
                .meant("what to look for, then AND NOT what to leave out"));
        }
        let terms = std::mem::take(&mut self.terms);
        Ok(Rule { text: self.text.to_owned(), terms, root })
    }

    fn peek(&self) -> Option<&Kind> {
        self.tokens.get(self.next).map(|token| &token.kind)
    }

    /// Where the next token begins, or the text ends.
    fn here(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |token| token.at)
    }

    fn any(&mut self, under: Under, depth: usize) -> Result<Node, Bad> {
        let mut nodes = vec![self.all(under, depth)?];
        while self.peek() == Some(&Kind::Or) {
            self.next += 1;
            nodes.push(self.all(under, depth)?);
        }
        Ok(one_or(nodes, Node::Or))
    }

    fn all(&mut self, under: Under, depth: usize) -> Result<Node, Bad> {
        let mut nodes = vec![self.negated(under, depth)?];
        loop {
            match self.peek() {
                Some(Kind::And) => self.next += 1,
                // `a NOT b` can mean one thing only.
                Some(Kind::Not) => {}
                Some(Kind::Term(_) | Kind::Open) => return Err(self.unjoined()),
                _ => return Ok(one_or(nodes, Node::And)),
            }
            nodes.push(self.negated(under, depth)?);
        }
    }

    /// Two terms with nothing between them.
    fn unjoined(&self) -> Bad {
        let at = self.here();
        let bad = Bad::new(at, "two terms without AND, OR or NEAR/n between them");
        let words = |place: Option<usize>| match self.tokens.get(place?).map(|token| &token.kind) {
            Some(Kind::Term(term)) => Some(term.shown.clone()),
            _ => None,
        };
        let before = words(self.next.checked_sub(1));
        match (before, words(Some(self.next))) {
            (Some(joint), Some(_)) if is_joint(&joint) => {
                let at = self.tokens.get(self.next - 1).map_or(at, |token| token.at);
                let joint = joint.to_uppercase();
                Bad { at, ..bad }.meant(format!("{joint} in capitals"))
            }
            (_, Some(joint)) if is_joint(&joint) => {
                bad.meant(format!("{} in capitals", joint.to_uppercase()))
            }
            (Some(a), Some(b)) => bad.meant(format!("{a} AND {b}, or \"{a} {b}\" for a phrase")),
            _ => bad.meant("AND"),
        }
    }

    fn negated(&mut self, under: Under, depth: usize) -> Result<Node, Bad> {
        if self.peek() == Some(&Kind::Not) {
            if depth >= DEPTH_MAX {
                return Err(self.too_deep());
            }
            self.next += 1;
            return Ok(Node::Not(Box::new(self.negated(under.turned(), depth + 1)?)));
        }
        self.near(under, depth)
    }

    fn near(&mut self, under: Under, depth: usize) -> Result<Node, Bad> {
        let start = self.here();
        let mut left = self.unit(under, depth)?;
        while let Some(Kind::Near(words)) = self.peek() {
            let words = *words;
            self.next += 1;
            let behind = self.here();
            let right = self.unit(under, depth)?;
            for (node, at) in [(&left, start), (&right, behind)] {
                if !self.has_places(node) {
                    let sides =
                        "both sides of NEAR must be words, phrases or, in brackets, an OR of them";
                    return Err(Bad::new(at, sides));
                }
            }
            left = Node::Near { left: Box::new(left), right: Box::new(right), words };
        }
        Ok(left)
    }

    /// Whether a node stands somewhere in the text, so that something can be near to it.
    fn has_places(&self, node: &Node) -> bool {
        match node {
            Node::Term(term) => {
                let field = self.terms.get(*term).map(|term| term.field);
                matches!(field, Some(Field::Text | Field::Title))
            }
            Node::Near { .. } => true,
            Node::Or(nodes) => nodes.iter().all(|node| self.has_places(node)),
            Node::Not(_) | Node::And(_) => false,
        }
    }

    fn unit(&mut self, under: Under, depth: usize) -> Result<Node, Bad> {
        let at = self.here();
        let token = self.tokens.get(self.next).map(|token| token.kind.clone());
        match token {
            Some(Kind::Term(term)) => {
                self.next += 1;
                Ok(Node::Term(self.number(term, under)))
            }
            Some(Kind::Open) if depth >= DEPTH_MAX => Err(self.too_deep()),
            Some(Kind::Open) => {
                self.next += 1;
                let node = self.any(under, depth + 1)?;
                if self.peek() != Some(&Kind::Close) {
                    return Err(Bad::new(at, "this '(' is not closed").meant("a ')' at its end"));
                }
                self.next += 1;
                Ok(node)
            }
            Some(Kind::Close) => Err(Bad::new(at, "a word is missing before this ')'")),
            Some(_) => Err(Bad::new(at, "a word is missing before this operator")
                .meant("the operator in quotes, if it is text")),
            None => Err(Bad::new(at, "a word is missing at the end")),
        }
    }

    fn too_deep(&self) -> Bad {
        Bad::new(self.here(), format!("more than {DEPTH_MAX} brackets or NOTs in each other"))
    }

    /// The term's place among all; one that is there already keeps its own.
    fn number(&mut self, term: Term, under: Under) -> usize {
        let is_same = |known: &Term| known.field == term.field && known.words == term.words;
        let place = self.terms.iter().position(is_same).unwrap_or_else(|| {
            self.terms.push(term);
            self.terms.len() - 1
        });
        if under == Under::Nothing
            && let Some(term) = self.terms.get_mut(place)
        {
            term.is_negated = false;
        }
        place
    }
}

fn is_joint(word: &str) -> bool {
    ["and", "or", "not"].contains(&word.to_lowercase().as_str())
}

fn one_or(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Node {
    if nodes.len() > 1 { many(nodes) } else { nodes.pop().expect("one was read") }
}
