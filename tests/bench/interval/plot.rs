//! A small plot of lines on two logarithmic axes, as SVG that reads on light and dark ground and without colours.

use std::fmt::Write as _;

/// One line, named at its end.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    /// Across and up, ascending across.
    pub(crate) points: Vec<(f64, f64)>,
}

/// A plot. The last line is the one it is about.
pub(crate) struct Plot {
    pub(crate) title: &'static str,
    pub(crate) across: &'static str,
    pub(crate) up: &'static str,
    pub(crate) lines: Vec<Line>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 460.0;
/// Where the axes begin and end.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 560.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 400.0;

/// Lines differ in colour and in dashes.
const LOOKS: [(&str, &str); 6] =
    [("a", "none"), ("b", "8 4"), ("c", "2 3"), ("d", "12 4 2 4"), ("e", "5 5"), ("f", "none")];

const STYLE: &str = "\
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-size:16px;font-weight:600}\
.ground{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}path{fill:none;stroke-width:1.8}\
.a{stroke:#57606a}.b{stroke:#0969da}.c{stroke:#8250df}.d{stroke:#9a6700}.e{stroke:#1a7f37}\
.f{stroke:#cf222e;stroke-width:3.5}.last{font-weight:700}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#0d1117}.grid{stroke:#30363d}\
.a{stroke:#8b949e}.b{stroke:#58a6ff}.c{stroke:#bc8cff}.d{stroke:#d29922}.e{stroke:#3fb950}.f{stroke:#ff7b72}}";

/// A logarithmic axis.
struct Axis {
    least: f64,
    most: f64,
    from: f64,
    to: f64,
}

impl Axis {
    fn place(&self, value: f64) -> f64 {
        let share = (value / self.least).ln() / (self.most / self.least).ln();
        self.from + share * (self.to - self.from)
    }

    /// 1, 2 and 5 of each power of ten that lie on it.
    fn ticks(&self) -> Vec<f64> {
        let powers = (-3..7).map(|power| 10_f64.powi(power));
        let all = powers.flat_map(|power| [power, 2.0 * power, 5.0 * power]);
        all.filter(|&tick| tick >= self.least && tick <= self.most).collect()
    }
}

impl Plot {
    /// The picture, with its figures as text for those who cannot see it.
    pub(crate) fn svg(&self) -> String {
        let values = |pick: fn(&(f64, f64)) -> f64| {
            let all = self.lines.iter().flat_map(|line| &line.points).map(pick);
            all.fold((f64::MAX, f64::MIN), |(least, most), v| (least.min(v), most.max(v)))
        };
        let ((x0, x1), (y0, y1)) = (values(|point| point.0), values(|point| point.1));
        let across = Axis { least: x0 * 0.9, most: x1 * 1.1, from: LEFT, to: RIGHT };
        let up = Axis { least: y0 * 0.8, most: y1 * 1.2, from: BOTTOM, to: TOP };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
             aria-labelledby=\"title desc\">\n<title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n\
             <style>{STYLE}</style>\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
             <text class=\"title\" x=\"{LEFT}\" y=\"28\">{}</text>\n",
            self.title,
            self.words(),
            self.title
        );
        self.grid(&mut svg, &across, &up);
        self.draw(&mut svg, &across, &up);
        svg.push_str("</svg>\n");
        svg
    }

    fn words(&self) -> String {
        let line = |line: &Line| {
            let points = line.points.iter().map(|(x, y)| format!("{y:.1} at {x:.1}"));
            format!("{}: {}.", line.name, points.collect::<Vec<_>>().join(", "))
        };
        let lines: Vec<String> = self.lines.iter().map(line).collect();
        format!("{} by {}. {}", self.up, self.across, lines.join(" "))
    }

    fn grid(&self, svg: &mut String, across: &Axis, up: &Axis) {
        let mut put = |text: String| svg.push_str(&text);
        for tick in across.ticks() {
            let x = across.place(tick);
            put(format!(
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{BOTTOM}\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{tick}</text>\n",
                BOTTOM + 20.0
            ));
        }
        for tick in up.ticks() {
            let y = up.place(tick);
            put(format!(
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>\n",
                LEFT - 8.0,
                y + 4.0
            ));
        }
        let (middle, centre) = (f64::midpoint(LEFT, RIGHT), f64::midpoint(TOP, BOTTOM));
        put(format!(
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n<text x=\"20\" y=\"{centre}\" \
             text-anchor=\"middle\" transform=\"rotate(-90 20 {centre})\">{}</text>\n",
            BOTTOM + 44.0,
            self.across,
            self.up
        ));
    }

    /// The lines, and their names in the order in which they end.
    fn draw(&self, svg: &mut String, across: &Axis, up: &Axis) {
        let mut names = Vec::new();
        for (line, (class, dashes)) in self.lines.iter().zip(LOOKS) {
            let Some(&(_, last)) = line.points.last() else { continue };
            let mut path = String::new();
            for (n, &(x, y)) in line.points.iter().enumerate() {
                let pen = if n == 0 { 'M' } else { 'L' };
                // Writing to a String cannot fail.
                write!(path, "{pen}{:.1} {:.1}", across.place(x), up.place(y)).unwrap();
            }
            writeln!(svg, "<path class=\"{class}\" stroke-dasharray=\"{dashes}\" d=\"{path}\"/>")
                .unwrap();
            names.push((up.place(last), line.name, class, dashes));
        }
        names.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = TOP;
        for (y, name, class, dashes) in names {
            let y = y.max(free);
            free = y + 20.0;
            let weight = if class == "f" { " class=\"last\"" } else { "" };
            writeln!(
                svg,
                "<path class=\"{class}\" stroke-dasharray=\"{dashes}\" d=\"M{} {y:.1}h22\"/>\
                 <text{weight} x=\"{}\" y=\"{:.1}\">{name}</text>",
                RIGHT + 8.0,
                RIGHT + 36.0,
                y + 4.0
            )
            .unwrap();
        }
    }
}
