use image::{DynamicImage, GrayImage, ImageFormat, imageops};
use koina_model::tags::Tag;
use koina_sync::photos::picture::square_codes;

use super::sheet::{Label, ON_A_SHEET, pdf, sheet};

const SERVER: &str = "https://koina.dion-olympos.example.gr";

fn labels(many: u64) -> Vec<Label> {
    let label = |n| Label {
        tag: Tag::of(31_415_926_535 + n * 7_919),
        number: if n % 3 == 0 {
            String::new()
        } else {
            format!("ΦΩΤ-{n:05}")
        },
        kind: "Φωτιστικά σώματα – στύλοι".to_owned(),
    };
    (0..many).map(label).collect()
}

fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = DynamicImage::from(picture.clone());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[test]
fn every_label_of_a_sheet_is_read_back_by_a_camera() {
    let labels = labels(ON_A_SHEET as u64);
    let drawn = sheet(&labels, "Δήμος Δίου-Ολύμπου", SERVER);
    if let Some(folder) = std::env::var_os("KOINA_PICTURES") {
        let folder = std::path::PathBuf::from(folder);
        drawn.save(folder.join("labels.png")).unwrap();
        let first = imageops::crop_imm(&drawn, 0, 4, 560, 296).to_image();
        let mut seen = GrayImage::from_pixel(760, 500, image::Luma([170]));
        imageops::replace(&mut seen, &imageops::blur(&first, 1.2), 90, 110);
        seen.save(folder.join("label.png")).unwrap();
    }
    for (at, label) in labels.iter().enumerate() {
        let (left, top) = ((at as u32 % 3) * 560, 4 + (at as u32 / 3) * 296);
        let one = imageops::crop_imm(&drawn, left, top, 560, 296).to_image();
        // As it is, and as a telephone sees it: turned, blurred, smaller.
        let turned = imageops::rotate90(&imageops::blur(&one, 1.5));
        for seen in [one, turned] {
            let texts = square_codes(&png(&seen)).unwrap();
            assert_eq!(texts, [label.tag.address(SERVER)]);
            assert_eq!(Tag::parse(&texts[0]), Some(label.tag));
        }
    }
}

#[test]
fn labels_that_do_not_fit_on_a_sheet_go_on_the_next() {
    let labels = labels(ON_A_SHEET as u64 + 1);
    let pages = crate::printer::tests::pictures(&pdf(&labels, "Δήμος", SERVER));
    assert_eq!(pages.len(), 2);
    assert!(pages[0] == sheet(&labels[..ON_A_SHEET], "Δήμος", SERVER).into_raw());
    assert!(pages[1] == sheet(&labels[ON_A_SHEET..], "Δήμος", SERVER).into_raw());
}

#[test]
fn a_picture_without_a_code_and_what_is_no_picture_are_told_apart() {
    use koina_model::problem::PhotoFault;

    let blank = GrayImage::from_pixel(400, 300, image::Luma([200]));
    assert_eq!(square_codes(&png(&blank)), Ok(Vec::new()));
    assert_eq!(square_codes(b"%PDF-1.7"), Err(PhotoFault::NotAPicture));
    assert_eq!(square_codes(b""), Err(PhotoFault::Empty));
}
