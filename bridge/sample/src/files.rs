//! Files to attach, made in code so that the repository holds no binaries: pictures, PDF, ZIP, WAV, calendars.
//!
//! Each maker writes the least that its format's readers accept. They take small, well-formed arguments of this crate.

use std::f32::consts::TAU;

/// Paints a picture of this size with `colour(x, y)` (fractions from 0 to 1) as RGB bytes.
pub(crate) fn paint(width: u16, height: u16, colour: impl Fn(f32, f32) -> [u8; 3]) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..height {
        for x in 0..width {
            rgb.extend_from_slice(&colour(f32::from(x) / f32::from(width), f32::from(y) / f32::from(height)));
        }
    }
    rgb
}

/// A harbour at dusk: sky, sun, hills and water. `hue` from 0 to 1 turns evening into morning.
pub(crate) fn harbour(hue: f32) -> impl Fn(f32, f32) -> [u8; 3] {
    move |x, y| {
        let mix = |a: f32, b: f32, t: f32| (a + (b - a) * t.clamp(0.0, 1.0)) as u8;
        let sun = ((x - 0.3 - hue * 0.4).powi(2) + ((y - 0.38) * 0.66).powi(2)).sqrt() < 0.06;
        let hill = 0.52 - 0.07 * (x * 7.0 + hue * 5.0).sin() - 0.03 * (x * 19.0).sin();
        if y > 0.58 {
            let wave = 0.5 + 0.5 * (x * 60.0 + y * 220.0 + (y * 40.0).sin() * 4.0).sin();
            [mix(38.0, 96.0, wave * (1.0 - hue)), mix(70.0, 122.0, wave), mix(96.0, 150.0, wave)]
        } else if y > hill {
            [mix(52.0, 74.0, y), mix(66.0, 92.0, y), mix(58.0, 70.0, hue)]
        } else if sun {
            [252, 226, 170]
        } else {
            [mix(236.0, 150.0, hue + y * 0.2), mix(150.0, 186.0, hue + y * 0.6), mix(120.0, 214.0, hue)]
        }
    }
}

/// A bar chart of these values from 0 to 1, on paper white.
pub(crate) fn chart(values: &[f32]) -> impl Fn(f32, f32) -> [u8; 3] + '_ {
    move |x, y| {
        let place = x * values.len() as f32;
        let value = values.get(place as usize).copied().unwrap_or_default();
        let gap = place.fract() < 0.18 || place.fract() > 0.82;
        if y > 0.94 {
            [58, 52, 46]
        } else if !gap && 0.94 - y < value * 0.86 {
            [176, 58, 46]
        } else if (y * 5.0).fract() < 0.02 {
            [222, 214, 202]
        } else {
            [250, 247, 242]
        }
    }
}

/// A PNG of RGB bytes.
pub(crate) fn png(width: u16, height: u16, rgb: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width.into(), height.into());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Writing to memory with matching dimensions does not fail; a fault would show as an empty file in the tests.
    if let Ok(mut writer) = encoder.write_header() {
        let _ = writer.write_image_data(rgb);
    }
    bytes
}

/// A JPEG of RGB bytes.
pub(crate) fn jpeg(width: u16, height: u16, rgb: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // As above: memory, and dimensions that match.
    let _ = jpeg_encoder::Encoder::new(&mut bytes, 82).encode(rgb, width, height, jpeg_encoder::ColorType::Rgb);
    bytes
}

/// A PDF page that says these lines in Helvetica; ASCII without parentheses or backslashes.
pub(crate) fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut content = String::from("BT /F1 14 Tf 72 760 Td 22 TL\n");
    for line in lines {
        content.push_str(&format!("({line}) Tj T*\n"));
    }
    content.push_str("ET\n");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
    }
    let start = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1));
    offsets.iter().for_each(|offset| pdf.push_str(&format!("{offset:010} 00000 n \n")));
    pdf.push_str(&format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", offsets.len() + 1));
    pdf.into_bytes()
}

/// A ZIP archive of stored (uncompressed) files with ASCII names.
pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let offset = archive.len() as u32;
        let mut about = Vec::new();
        for half in [20u16, 0, 0, 0, 0x5a21] {
            about.extend_from_slice(&half.to_le_bytes());
        }
        for word in [crc32fast::hash(bytes), bytes.len() as u32, bytes.len() as u32] {
            about.extend_from_slice(&word.to_le_bytes());
        }
        about.extend_from_slice(&(name.len() as u16).to_le_bytes());
        about.extend_from_slice(&[0, 0]);

        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend_from_slice(&about);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(bytes);

        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&about);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(name.as_bytes());
    }
    let start = archive.len() as u32;
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(b"PK\x05\x06\x00\x00\x00\x00");
    let count = (files.len() as u16).to_le_bytes();
    archive.extend_from_slice(&[count, count].concat());
    archive.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    archive.extend_from_slice(&start.to_le_bytes());
    archive.extend_from_slice(&[0, 0]);
    archive
}

/// A WAV of so many seconds: these tones (whole hertz) together, mono, 16 bits, 44,100 samples a second.
pub(crate) fn wav(seconds: u32, tones: &[u16]) -> Vec<u8> {
    const RATE: u32 = 44_100;
    // Whole hertz repeat every second: one second is worked out, the others are copies.
    let second: Vec<u8> = (0..RATE)
        .flat_map(|at| {
            let t = at as f32 / RATE as f32;
            let sum: f32 = tones.iter().map(|hertz| (TAU * f32::from(*hertz) * t).sin()).sum();
            ((sum / tones.len() as f32 * 9_000.0) as i16).to_le_bytes()
        })
        .collect();
    let data = RATE * 2 * seconds;
    let mut wav = Vec::with_capacity(data as usize + 44);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(data + 36).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00");
    wav.extend_from_slice(&RATE.to_le_bytes());
    wav.extend_from_slice(&(RATE * 2).to_le_bytes());
    wav.extend_from_slice(b"\x02\x00\x10\x00data");
    wav.extend_from_slice(&data.to_le_bytes());
    (0..seconds).for_each(|_| wav.extend_from_slice(&second));
    wav
}

/// A calendar of one event (RFC 5545). Times are `YYYYMMDDTHHMMSSZ`.
pub(crate) fn ics(method: &str, uid: &str, (start, end): (&str, &str), summary: &str, place: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Restante//Sample//EN\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n\
         UID:{uid}@mail.postbox.example\r\nDTSTAMP:{start}\r\nDTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:{summary}\r\n\
         LOCATION:{place}\r\nORGANIZER;CN=Choir of St. Brendan:mailto:choir@brendan.example\r\n\
         ATTENDEE;CN=Robin Hale;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:\r\n mailto:robin@postbox.example\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_start_as_their_formats_do_and_are_not_empty() {
        let rgb = paint(32, 16, harbour(0.2));
        assert_eq!(rgb.len(), 32 * 16 * 3);
        assert!(png(32, 16, &rgb).starts_with(b"\x89PNG\r\n\x1a\n"));
        let jpeg = jpeg(32, 16, &rgb);
        assert!(jpeg.starts_with(b"\xff\xd8\xff") && jpeg.ends_with(b"\xff\xd9"));
    }

    #[test]
    fn the_pdf_points_at_its_objects() {
        let pdf = String::from_utf8(pdf(&["Invoice 7", "Total 12.00"])).unwrap();
        let start: usize = pdf.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        assert!(pdf[start..].starts_with("xref\n"));
        let first: usize = pdf[start..].lines().nth(3).unwrap()[..10].parse().unwrap();
        assert!(pdf[first..].starts_with("1 0 obj"));
    }

    #[test]
    fn the_wav_has_the_length_it_says() {
        let wav = wav(2, &[220, 330]);
        assert_eq!(wav.len(), 44 + 2 * 2 * 44_100);
        assert_eq!(u32::from_le_bytes(wav[4..8].try_into().unwrap()) as usize, wav.len() - 8);
    }

    #[test]
    fn the_zip_s_directory_lies_where_its_end_says() {
        let zip = zip(&[("a.txt", b"one"), ("b.txt", b"two")]);
        let end = zip.len() - 22;
        let start = u32::from_le_bytes(zip[end + 16..end + 20].try_into().unwrap()) as usize;
        assert!(zip[start..].starts_with(b"PK\x01\x02") && zip[end..].starts_with(b"PK\x05\x06"));
        assert_eq!(zip[end + 10], 2);
    }
}
