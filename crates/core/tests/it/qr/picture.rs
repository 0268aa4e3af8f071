//! How a code is drawn.

use countersign_core::qr::picture::{svg, terminal};

const TEXT: &str =
    r#"{"cbUrl":"https://idp.example/auth/oidc/bc-authorize","sessionId":"AAAAAAAAAAAAAAAAAAAAAA"}"#;

#[test]
fn a_terminal_drawing_is_a_square_with_a_light_border_of_four_modules() {
    let drawing = terminal(TEXT).expect("it fits");
    let lines: Vec<Vec<char>> = drawing.lines().map(|line| line.chars().collect()).collect();
    let width = lines[0].len();
    assert!(
        lines.iter().all(|line| line.len() == width),
        "two modules stand in one character"
    );
    assert_eq!(lines.len(), width.div_ceil(2));
    // Four modules are two lines; a terminal paints light what is drawn.
    for line in &lines[..2] {
        assert!(line.iter().all(|c| *c == '█'), "{drawing}");
    }
    assert!(
        lines
            .iter()
            .all(|line| line[..4].iter().all(|c| *c == '█' || *c == '▀'))
    );
    assert_eq!(lines[2][4], ' ', "the corner of the finder pattern is dark");
}

#[test]
fn an_svg_is_dark_on_light() {
    let image = svg(TEXT).expect("it fits");
    assert!(
        image.contains("<svg") && image.contains("fill=\"#fff\"") && image.contains("fill=\"#000\""),
        "{image}"
    );
    assert!(!image.contains("sessionId"), "the text is in the modules only");
}

#[test]
fn what_is_too_long_for_a_code_is_not_drawn() {
    let long = "x".repeat(3000);
    assert_eq!((terminal(&long), svg(&long)), (None, None));
}
