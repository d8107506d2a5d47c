//! Two events and the one report that holds them together, for tests that see the story fall in two.

/// Headline and text of the report on both.
pub(crate) const BETWEEN: (&str, &str) = (
    "Aurelia wreck and Wrona fraud case shake Baltic coast",
    "Two cases shake the Baltic coast. In Kalmar divers searched the wreck of the ferry Aurelia for \
     passengers missing in a gale, coast guard captain Ebba Lindqvist said, as survivors in Visby spoke \
     of shifted timber cargo. In Gdynia banker Oskar Wrona was charged with fraud: auditor Maja Kowal \
     said Baltyk bank lost 900 million zloty on a shipyard, and prosecutors opposed bail.",
);

/// Reports on the first event.
pub(crate) const FERRY: [(&str, &str); 3] = [
    (
        "Divers search Aurelia wreck off Kalmar",
        "Divers searched the wreck of the ferry Aurelia off Kalmar on Monday, looking for nine passengers \
     missing since the vessel sank in a gale. Coast guard captain Ebba Lindqvist said the cargo of timber \
     had shifted before the Aurelia listed. Helicopters from Visby had lifted survivors from life rafts.",
    ),
    (
        "Aurelia ferry cargo shifted, Lindqvist says",
        "Coast guard captain Ebba Lindqvist said the ferry Aurelia was carrying shifted timber cargo when the \
     gale caught her off Kalmar. Nine passengers are missing. Survivors in Visby described the life \
     rafts, and divers went down to the wreck of the Aurelia again.",
    ),
    (
        "Kalmar families wait for news of Aurelia",
        "Families of the missing passengers of the Aurelia gathered in Kalmar as divers returned to the \
     wreck. The ferry sank in a gale after its timber cargo shifted, captain Ebba Lindqvist of the coast \
     guard said. Survivors were flown to Visby by helicopters.",
    ),
];

/// Reports on the second.
pub(crate) const BANK: [(&str, &str); 3] = [
    (
        "Gdynia banker Wrona charged with fraud",
        "Prosecutors in Gdynia charged banker Oskar Wrona with fraud on Monday over loans to a shipyard that \
     collapsed. The Baltyk bank lost 900 million zloty, auditor Maja Kowal told the court. Wrona denies \
     the fraud and his lawyers asked the judge for bail in the shipyard case.",
    ),
    (
        "Wrona in court over Baltyk shipyard loans",
        "Banker Oskar Wrona appeared before a judge in Gdynia accused of fraud. Auditor Maja Kowal said \
     Baltyk bank had lent 900 million zloty to the shipyard before it collapsed. His lawyers sought bail \
     and Wrona denied the charge that prosecutors brought.",
    ),
    (
        "Baltyk bank fraud: Wrona refused bail",
        "The collapsed shipyard took Baltyk bank down with it, auditor Maja Kowal told a court in Gdynia, \
     where banker Oskar Wrona is accused of fraud. Prosecutors say loans of 900 million zloty were \
     forged. The judge refused bail to Wrona, whose lawyers will appeal.",
    ),
];
