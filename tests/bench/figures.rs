//! Figures as lines for machines and a table for people, ratios first: machines differ, ratios less.

#![expect(clippy::print_stdout, reason = "figures are what a benchmark prints")]

/// Whether `cargo bench` runs this; otherwise one small round shows that it works.
pub(crate) fn is_measuring() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

/// `full` when measuring, else `small`.
pub(crate) fn size(full: usize, small: usize) -> usize {
    if is_measuring() { full } else { small }
}

/// Figures with their samples, in the order of their first.
#[derive(Default)]
pub(crate) struct Figures(Vec<(String, &'static str, Vec<f64>)>);

impl Figures {
    /// Adds a sample; `unit` `x` marks a ratio.
    pub(crate) fn add(&mut self, name: impl Into<String>, unit: &'static str, value: f64) {
        let name = name.into();
        match self.0.iter_mut().find(|(known, ..)| *known == name) {
            Some((.., samples)) => samples.push(value),
            None => self.0.push((name, unit, vec![value])),
        }
    }

    /// Prints each figure's median as a line of JSON, then all as a table.
    pub(crate) fn print(mut self) {
        self.0.sort_by_key(|(_, unit, _)| *unit != "x");
        for (.., samples) in &mut self.0 {
            samples.sort_by(f64::total_cmp);
        }
        for (name, unit, samples) in &self.0 {
            let value = samples[samples.len() / 2];
            println!("{{\"figure\":\"{name}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
        }
        println!(
            "\n{:<44} {:>12} {:<12} {:>12} {:>12}",
            "figure", "median", "unit", "least", "most"
        );
        for (name, unit, samples) in &self.0 {
            let (least, most) = (samples[0], samples[samples.len() - 1]);
            let value = samples[samples.len() / 2];
            println!("{name:<44} {value:>12.2} {unit:<12} {least:>12.2} {most:>12.2}");
        }
    }
}
