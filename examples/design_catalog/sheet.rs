//! Contact sheets: look at what was designed before it goes into the crate.

use std::path::Path;

use anyhow::Result;
use endcap::catalog::package::{self, Face};
use endcap::catalog::{Catalog, ProductId, Shape};
use image::{RgbaImage, imageops};

/// Pixels of a cell's height.
const CELL: u32 = 330;

/// Fronts of all products, family by family, and the whole sheet of each family's first.
pub(crate) fn write(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let catalog = Catalog::builtin()?;
    let mut fronts: Vec<Vec<RgbaImage>> = Vec::new();
    let mut sheets: Vec<RgbaImage> = Vec::new();
    let mut last = String::new();
    for id in catalog.ids() {
        let (front, sheet) = paint(&catalog, id)?;
        let family = catalog.product(id)?.family.clone();
        if family != last {
            fronts.push(Vec::new());
            sheets.push(sheet);
            last = family;
        }
        fronts.last_mut().expect("just pushed").push(front);
    }
    for (i, page) in fronts.chunks(8).enumerate() {
        rows(page).save(folder.join(format!("fronts-{i}.png")))?;
    }
    let pairs: Vec<Vec<RgbaImage>> = sheets.chunks(3).map(<[RgbaImage]>::to_vec).collect();
    for (i, page) in pairs.chunks(4).enumerate() {
        rows(page).save(folder.join(format!("sheets-{i}.png")))?;
    }
    Ok(())
}

/// What is seen from the front, and the whole sheet.
fn paint(catalog: &Catalog, id: ProductId) -> Result<(RgbaImage, RgbaImage)> {
    let product = catalog.product(id)?;
    let look = catalog.look(&product)?;
    let slot = look.materials.iter().find(|material| material.is_label).expect("packages have labels");
    let artwork = &slot.textures.base_color.as_ref().expect("the label was applied").artwork;
    let Shape::Package(name) = &product.shape else { anyhow::bail!("the built-in catalogue has packages only") };
    let sheet = package::sheet(name, product.size).map_err(anyhow::Error::msg)?;
    let seen = sheet.panels.iter().find(|panel| matches!(panel.face, Face::Front | Face::Wrap)).expect("fronts exist");
    let (x, width) = match seen.face {
        Face::Wrap => (seen.width * 0.32, seen.width * 0.36),
        _ => (seen.x, seen.width),
    };
    let height = seen.height.max(width * 0.5);
    let pixel = f64::from(CELL) / height;
    let all = artwork.load((sheet.width_mm * pixel) as u32, (sheet.height_mm * pixel) as u32)?;
    let crop = [x, seen.y, width, seen.height].map(|side| (side * pixel) as u32);
    let front = imageops::crop_imm(&all, crop[0], crop[1], crop[2], crop[3]).to_image();
    let scale = (f64::from(CELL) * 1.5 / sheet.height_mm).min(700.0 / sheet.width_mm);
    let whole = artwork.load((sheet.width_mm * scale) as u32, (sheet.height_mm * scale) as u32)?;
    Ok((front, whole))
}

fn rows(rows: &[Vec<RgbaImage>]) -> RgbaImage {
    let gap = 8;
    let width = rows.iter().map(|row| row.iter().map(|cell| cell.width() + gap).sum::<u32>()).max().unwrap_or(1);
    let heights: Vec<u32> = rows.iter().map(|row| row.iter().map(RgbaImage::height).max().unwrap_or(1) + gap).collect();
    let mut page = RgbaImage::from_pixel(width, heights.iter().sum(), image::Rgba([110, 110, 114, 255]));
    let mut y = 0;
    for (row, height) in rows.iter().zip(heights) {
        let mut x = 0;
        for cell in row {
            imageops::overlay(&mut page, cell, x, y);
            x += i64::from(cell.width() + gap);
        }
        y += i64::from(height);
    }
    page
}
