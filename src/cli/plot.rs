//! A histogram of two kinds as SVG: readable on light and dark ground, without colours and to those who cannot see it.
//! The same figures give the same bytes.

use std::fmt::Write as _;

/// Bars of each kind over [0, 1].
pub const BINS: usize = 20;

/// One kind of what is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// Its name in the legend.
    pub name: String,
    /// Values from 0 to 1; what lies beyond counts as the end.
    pub values: Vec<f64>,
}

/// Two kinds over one measure, and where a decision is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Headline.
    pub title: String,
    /// What is measured.
    pub across: String,
    /// What belongs together, and what does not.
    pub kinds: [Kind; 2],
    /// Values from which on things are joined, each with its name.
    pub limits: Vec<(f64, String)>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
/// Where the axes begin and end.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 740.0;
const TOP: f64 = 104.0;
const BOTTOM: f64 = 350.0;

/// The second kind is hatched, so that it is told from the first without colours.
const HEAD: &str = "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:16px;font-weight:600}\
.ground{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}.a{fill:#0969da;stroke:#0969da}\
.b{fill:url(#hatch);stroke:#bc4c00}.line{stroke:#bc4c00;stroke-width:2}\
.limit{stroke:#24292f;stroke-width:2;stroke-dasharray:6 4}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}\
.a{fill:#58a6ff;stroke:#58a6ff}.b{stroke:#f0883e}.line{stroke:#f0883e}.limit{stroke:#e6edf3}}</style>\n\
<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
<line class=\"line\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"5\"/></pattern></defs>\n";

impl Kind {
    /// How many values fall into each bar.
    fn bars(&self) -> [u64; BINS] {
        let mut bars = [0; BINS];
        for value in &self.values {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a value from 0 to 1 times the number of bars; float to int saturates"
            )]
            let bar = ((value * BINS as f64 + 1e-9) as usize).min(BINS - 1);
            bars[bar] += 1;
        }
        bars
    }
}

impl Histogram {
    /// The picture. Heights are logarithmic, or one tall bar would hide what matters.
    #[expect(clippy::missing_panics_doc, reason = "writing to a string cannot fail")]
    pub fn svg(&self) -> String {
        let title = escaped(&self.title);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"title desc\">\n<title id=\"title\">{title}</title>\n<desc id=\"desc\">{}</desc>\n{HEAD}\
             <rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
             <text class=\"title\" x=\"{LEFT}\" y=\"28\">{title}</text>\n",
            escaped(&self.words())
        );
        let bars = self.kinds.each_ref().map(Kind::bars);
        let most = bars.iter().flatten().copied().max().unwrap_or(0).max(1);
        self.legend(&mut svg)
            .and_then(|()| self.axes(&mut svg, most))
            .and_then(|()| draw(&mut svg, &bars, most))
            .and_then(|()| self.draw_limits(&mut svg))
            .expect("writing to a string cannot fail");
        svg.push_str("</svg>\n");
        svg
    }

    /// The figures as text.
    fn words(&self) -> String {
        let mut words = format!("Number of pairs by {}.", self.across);
        for kind in &self.kinds {
            let share = |from: f64| {
                let above = kind.values.iter().filter(|value| **value >= from).count();
                format!("{above} at or above {from:.3}")
            };
            let shares: Vec<String> = self.limits.iter().map(|limit| share(limit.0)).collect();
            let bars = kind.bars().map(|count| count.to_string()).join(" ");
            let sentence = format!(
                " {}: {} in all, {}. In steps of 0.05 from 0: {bars}.",
                kind.name,
                kind.values.len(),
                shares.join(", ")
            );
            words.push_str(&sentence);
        }
        words
    }

    fn legend(&self, svg: &mut String) -> std::fmt::Result {
        let mut x = LEFT;
        for (kind, class) in self.kinds.iter().zip(["a", "b"]) {
            let words = format!("{} ({})", kind.name, kind.values.len());
            writeln!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"44\" width=\"14\" height=\"14\"/>\
                 <text x=\"{:.1}\" y=\"56\">{}</text>",
                x + 20.0,
                escaped(&words)
            )?;
            x += 330.0;
        }
        Ok(())
    }

    fn axes(&self, svg: &mut String, most: u64) -> std::fmt::Result {
        for power in 0..19 {
            let tick = 10_u64.pow(power);
            if tick > most {
                break;
            }
            let y = BOTTOM - height(tick, most);
            writeln!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                LEFT - 8.0,
                y + 4.0
            )?;
        }
        for tenth in 0..=10_u8 {
            let value = f64::from(tenth) / 10.0;
            writeln!(
                svg,
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{value:.1}</text>",
                place(value),
                BOTTOM + 20.0
            )?;
        }
        let (middle, centre) = (f64::midpoint(LEFT, RIGHT), f64::midpoint(TOP, BOTTOM));
        writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{BOTTOM}\"/>\n\
             <text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n<text x=\"20\" y=\"{centre}\" \
             text-anchor=\"middle\" transform=\"rotate(-90 20 {centre})\">pairs, logarithmic</text>",
            BOTTOM + 46.0,
            escaped(&self.across)
        )
    }

    fn draw_limits(&self, svg: &mut String) -> std::fmt::Result {
        for (n, (value, name)) in self.limits.iter().enumerate() {
            let x = place(*value);
            let lower = if n % 2 == 0 { 0.0 } else { 16.0 };
            writeln!(
                svg,
                "<line class=\"limit\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{BOTTOM}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                TOP - 38.0 + lower,
                x + 6.0,
                TOP - 28.0 + lower,
                escaped(name)
            )?;
        }
        Ok(())
    }
}

fn draw(svg: &mut String, bars: &[[u64; BINS]; 2], most: u64) -> std::fmt::Result {
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    let step = (RIGHT - LEFT) / BINS as f64;
    let width = step / 2.0 - 2.0;
    for (n, (bars, class)) in bars.iter().zip(["a", "b"]).enumerate() {
        let mut x = LEFT + 1.0 + if n == 0 { 0.0 } else { step / 2.0 };
        for count in bars {
            let high = height(*count, most);
            if *count > 0 {
                writeln!(
                    svg,
                    "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{high:.1}\">\
                     <title>{count}</title></rect>",
                    BOTTOM - high
                )?;
            }
            x += step;
        }
    }
    Ok(())
}

fn place(value: f64) -> f64 {
    LEFT + value * (RIGHT - LEFT)
}

/// One alone is seen too.
#[expect(clippy::cast_precision_loss, reason = "a height in a picture")]
fn height(count: u64, most: u64) -> f64 {
    (BOTTOM - TOP) * (1.0 + count as f64).ln() / (1.0 + most as f64).ln()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram() -> Histogram {
        let kind =
            |name: &str, values: &[f64]| Kind { name: name.to_owned(), values: values.to_vec() };
        Histogram {
            title: "right & wrong".to_owned(),
            across: "score".to_owned(),
            kinds: [kind("same", &[1.0, 0.97, 0.55, 0.2]), kind("different", &[0.0, 0.3, 0.6])],
            limits: vec![(0.55, "joins".to_owned())],
        }
    }

    #[test]
    fn values_fall_into_their_bars_and_the_ends_belong_to_the_last() {
        let bars = histogram().kinds[0].bars();
        assert_eq!((bars[19], bars[11], bars[4]), (2, 1, 1));
        assert_eq!(bars.iter().sum::<u64>(), 4);
        assert_eq!(histogram().kinds[1].bars()[6], 1, "0.3 begins the seventh bar");
    }

    #[test]
    fn the_picture_is_whole_says_its_figures_and_is_the_same_each_time() {
        let svg = histogram().svg();
        assert_eq!(svg, histogram().svg());
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("<title id=\"title\">right &amp; wrong</title>"));
        assert!(svg.contains("same: 4 in all, 3 at or above 0.550."), "{svg}");
        assert!(svg.contains("different: 3 in all, 1 at or above 0.550."));
        assert_eq!(svg.matches("<rect class=\"a\"").count(), 1 + 3);
        assert_eq!(svg.matches("<rect class=\"b\"").count(), 1 + 3);
        let mut reader = quick_xml::Reader::from_str(&svg);
        while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
    }
}
