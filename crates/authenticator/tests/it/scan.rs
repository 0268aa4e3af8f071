//! Scanning: what a code may say, who is told, and the program with a picture.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use countersign_authenticator::{Authenticator, Error, NewPhone, Scan, read_picture};
use countersign_protocol::approval::Decision;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};
use qrcode::{Color, QrCode};
use serde_json::{Value, json};

use crate::fake_provider::{FakeProvider, refuse};
use crate::program::Terminal;
use crate::samples::{item, ports};

async fn phone(provider: &FakeProvider) -> Authenticator {
    let invitation = provider.invitation("ann@example");
    Authenticator::enrol(&invitation, &NewPhone::default(), ports().0)
        .await
        .unwrap()
}

fn code(host: &str) -> String {
    json!({ "cbUrl": format!("{host}/auth/oidc/bc-authorize"), "sessionId": "s-1" }).to_string()
}

/// A picture of a code, eight pixels a module, with its quiet zone.
fn picture(text: &str) -> GrayImage {
    const SCALE: u32 = 8;
    const QUIET: u32 = 4;
    let code = QrCode::new(text).unwrap();
    let width = u32::try_from(code.width()).unwrap();
    let colors = code.into_colors();
    GrayImage::from_fn(
        (width + 2 * QUIET) * SCALE,
        (width + 2 * QUIET) * SCALE,
        |x, y| {
            let module = |at: u32| (at / SCALE).checked_sub(QUIET).filter(|at| *at < width);
            let dark = module(x)
                .zip(module(y))
                .is_some_and(|(x, y)| colors[(y * width + x) as usize] == Color::Dark);
            Luma([if dark { 0 } else { 255 }])
        },
    )
}

fn png(picture: GrayImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

fn scans(provider: &FakeProvider) -> Vec<Value> {
    provider.with(|memory| memory.scans.clone())
}

#[tokio::test]
async fn a_scan_posts_the_token_the_session_and_what_an_animated_code_adds() {
    let provider = FakeProvider::start().await;
    let phone = phone(&provider).await;
    let mut content: Value = serde_json::from_str(&code(&provider.host())).unwrap();
    let expected =
        json!({ "loginHintKind": "login_hint_token", "userIdentifier": "hint-1", "sessionId": "s-1" });
    phone
        .scan(&Scan::parse(&content.to_string(), phone.account()).unwrap())
        .await
        .unwrap();
    content["t"] = json!(3);
    content["m"] = json!("mac");
    phone
        .scan(&Scan::parse(&content.to_string(), phone.account()).unwrap())
        .await
        .unwrap();
    let mut animated = expected.clone();
    animated["t"] = json!(3);
    animated["m"] = json!("mac");
    assert_eq!(scans(&provider), [expected, animated]);
}

#[tokio::test]
async fn a_code_of_the_older_form_goes_to_the_own_provider() {
    let provider = FakeProvider::start().await;
    let phone = phone(&provider).await;
    let id = "0b9c8e3e-3f0e-4c0e-9a53-2d7f4f9f1c11";
    let text = json!({ "auth_req_id": id, "deviceId": "7d3c1a52-1111-4c0e-9a53-2d7f4f9f1c11" }).to_string();
    let scan = Scan::parse(&text, phone.account()).unwrap();
    assert!(scan.is_provider());
    phone.scan(&scan).await.unwrap();
    assert_eq!(scans(&provider)[0]["sessionId"], id);
}

#[tokio::test]
async fn a_code_that_leads_elsewhere_is_refused_before_a_token_is_fetched() {
    let provider = FakeProvider::start().await;
    let phone = phone(&provider).await;
    let at = |url: &str| json!({ "cbUrl": url, "sessionId": "s" }).to_string();
    for text in [
        "",
        "hello",
        "{}",
        "[]",
        "{\"cbUrl\":7}",
        r#"{"cbUrl":"https://a.example/auth/oidc/bc-authorize"}"#,
        r#"{"cbUrl":"https://a.example/auth/oidc/bc-authorize","sessionId":"s","sessionId":"t"}"#,
        r#"{"auth_req_id":"x","deviceId":"y"}"#,
        &at("https://rp.example/other"),
        &at("https://rp.example/auth/oidc/bc-authorize?x=1"),
        &at("https://rp.example/auth/oidc/bc-authorize#x"),
        &at("https://user@rp.example/auth/oidc/bc-authorize"),
        &at("ftp://rp.example/auth/oidc/bc-authorize"),
        &at("file:///auth/oidc/bc-authorize"),
        &at("http://rp.example/auth/oidc/bc-authorize"),
        &at(&format!(
            "https://{}.example/auth/oidc/bc-authorize",
            "a".repeat(3000)
        )),
    ] {
        let refused = Scan::parse(text, phone.account());
        assert!(matches!(refused, Err(Error::Usage(_))), "{text}");
    }
    let plain = at("http://rp.example/auth/oidc/bc-authorize");
    assert!(Scan::parse_danger_plain_http(&plain, phone.account()).is_ok());
    let foreign = Scan::parse(&code("https://rp.example/api"), phone.account()).unwrap();
    assert!(!foreign.is_provider());
    assert_eq!(foreign.host().as_str(), "https://rp.example");
    assert!(provider.with(|memory| memory.tokens.is_empty()));
}

#[tokio::test]
async fn a_refusal_and_a_redirect_of_the_service_are_told() {
    let provider = FakeProvider::start().await;
    let phone = phone(&provider).await;
    let scan = Scan::parse(&code(&provider.host()), phone.account()).unwrap();
    provider.with(|memory| {
        memory.instead_of_a_scan = Some(|| {
            refuse(
                countersign_protocol::ErrorCode::Conflict,
                "another phone has scanned this code",
            )
        });
    });
    let error = phone.scan(&scan).await.unwrap_err();
    assert!(
        error.is_refusal(countersign_protocol::ErrorCode::Conflict),
        "{error}"
    );
    provider.with(|memory| memory.instead_of_a_scan = Some(redirect));
    let error = phone.scan(&scan).await.unwrap_err();
    assert!(error.to_string().contains("redirects"), "{error}");
}

fn redirect() -> Response {
    (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response()
}

#[test]
fn a_code_is_read_from_a_picture_dark_on_light_and_light_on_dark() {
    let text = code("https://rp.example");
    let mut picture = picture(&text);
    assert_eq!(read_picture(&png(picture.clone())).unwrap(), text);
    imageops::invert(&mut picture);
    assert_eq!(read_picture(&png(picture)).unwrap(), text);
}

#[test]
fn a_picture_without_one_clear_code_is_refused() {
    let (one, other) = (picture("one"), picture("other"));
    let mut both = GrayImage::from_pixel(
        one.width() + other.width(),
        one.height().max(other.height()),
        Luma([255]),
    );
    imageops::replace(&mut both, &one, 0, 0);
    imageops::replace(&mut both, &other, i64::from(one.width()), 0);
    let blank = GrayImage::from_pixel(64, 64, Luma([255]));
    let whole = png(picture("one"));
    for (bytes, word) in [
        (png(both), "several codes"),
        (png(blank), "no code can be read"),
        (whole[..whole.len() / 2].to_vec(), "cannot be read"),
        (png(GrayImage::new(8193, 1)), "cannot be read"),
    ] {
        let error = read_picture(&bytes).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}

#[tokio::test]
async fn the_program_scans_a_picture_and_decides_what_follows() {
    let provider = FakeProvider::start().await;
    let terminal = Terminal::enrolled(&provider).await;
    let file = terminal.path().join("code.png");
    std::fs::write(&file, png(picture(&code(&provider.host())))).unwrap();
    provider.arrive(&item(1));
    let args = [
        "scan",
        file.to_str().unwrap(),
        "--approve",
        "--auto",
        "approve",
        "--json",
    ];
    let shown = terminal.ok(&args).await;
    let events: Vec<Value> = shown
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let names: Vec<_> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["scanned", "approval", "decided"]);
    assert_eq!(
        events[0]["data"],
        json!({ "host": provider.host(), "sessionId": "s-1" })
    );
    let decided = provider.with(|memory| memory.decisions[0].1.decision);
    assert_eq!((decided, scans(&provider).len()), (Decision::Approved, 1));
}

#[tokio::test]
async fn the_program_tells_a_foreign_host_nothing_without_a_yes() {
    let (provider, service) = (FakeProvider::start().await, FakeProvider::start().await);
    let terminal = Terminal::enrolled(&provider).await;
    let text = code(&service.host());
    let stderr = terminal.fails(2, &["scan", &text]).await;
    assert!(
        stderr.contains(&service.host()) && stderr.contains("--yes"),
        "{stderr}"
    );
    let stderr = terminal.fails(2, &["scan", &text, "--yes", "--approve"]).await;
    assert!(stderr.contains("--auto"), "{stderr}");
    assert!(scans(&service).is_empty() && provider.with(|memory| memory.tokens.is_empty()));
    let shown = terminal.ok(&["scan", &text, "--yes"]).await;
    assert!(shown.contains(&service.host()), "{shown}");
    assert_eq!(scans(&service).len(), 1);
    // The service learns the person by the hint token; the phone's own token stays at home.
    assert!(service.with(|memory| memory.scan_authorizations.iter().all(Option::is_none)));
    terminal.fails(2, &["scan", "no-such-file.png"]).await;
}
