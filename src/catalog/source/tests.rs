//! What the readers of all table formats promise together.

use std::fmt::Write;
use std::path::Path;

use crate::catalog::{Catalog, Error, Gtin, Product, ProductId};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("writable");
    }
    folder
}

fn failure(path: &Path) -> String {
    Catalog::open(path).expect_err("bad input").to_string()
}

const TOML: &str = r##"
[[products]]
gtin = "2000000000015"
sku = "A1"
name = "Flakes"
brand = "Brisa"
category = "cereal"
family = "Flakes"
width_mm = 190
height_mm = 280.5
depth_mm = 60
shape = "carton"
color = "#ff8800"

[[products]]
sku = "A2"
category = "cereal"
family = "Flakes"
brand = "Brisa"
width_mm = 190
height_mm = 280.5
depth_mm = 60
shape = "carton"
"##;

const CSV: &str = "\u{FEFF}gtin,sku,name,brand,category,family,width_mm,height_mm,depth_mm,shape,label,color
2000000000015,A1,Flakes,Brisa,cereal,Flakes,190,280.5,60,carton,,#ff8800
,A2,,Brisa,cereal,Flakes,190,280.5,60,carton,,
";

#[test]
fn toml_and_csv_say_the_same() {
    let toml = folder(&[("products.toml", TOML)]);
    let csv = folder(&[("products.csv", CSV)]);
    let (toml, csv) = (Catalog::open(toml.path()).expect("sound"), Catalog::open(csv.path()).expect("sound"));
    let all = |catalog: &Catalog| -> Vec<Product> {
        catalog.ids().map(|id| (*catalog.product(id).expect("listed")).clone()).collect()
    };
    assert_eq!(all(&toml), all(&csv));
    assert_eq!(toml.digest(), csv.digest());
    assert_eq!(toml.families(), csv.families());
    assert_eq!(toml.families().len(), 1);
    assert_eq!(all(&toml)[0].fields["color"], "#ff8800");
    assert_eq!(all(&toml)[1].name, "A2");
    assert_eq!(toml.find("A2"), Some(ProductId(1)));
    assert_eq!(toml.find("02000000000015"), Some(ProductId(0)));
    assert_eq!(toml.find("nothing"), None);
    assert!(matches!(toml.product(ProductId(2)), Err(Error::NoSuchProduct(_))));
}

#[test]
fn all_problems_of_a_csv_are_listed_with_their_places() {
    let text = "gtin,sku,width_mm,height_mm,depth_mm,shape,label
2000000000015,A1,190,280,60,carton,
2000000000016,A2,190,280,60,carton,
2000000000015,A1,190,280,60,carton,
,A3,190,NaN,6e9,amphora,
,,,100,x,carton,label.exe
,A5,1,2
,A6,100,100,100,no_such.glb,
";
    let error = failure(&folder(&[("p.csv", text)]).path().join("p.csv"));
    for part in [
        "p.csv",
        "line 3, column gtin: GTIN \"2000000000016\" ends in 6, but its check digit is 5",
        "line 4, column gtin: GTIN 2000000000015 is already that of line 2",
        "line 4, column sku: \"A1\" is already that of line 2",
        "line 5, column shape: \"amphora\" is neither",
        "line 5, column height_mm: NaN mm",
        "line 5, column depth_mm: 6e9 mm",
        "line 6, column sku: is missing",
        "line 6, column width_mm: is missing",
        "line 6, column depth_mm: \"x\" is not a number",
        "line 6, column label: \"label.exe\"",
        "line 7: has 4 cells, and the first line names 7 columns",
        "line 8, column shape: cannot read",
    ] {
        assert!(error.contains(part), "{part}\n{error}");
    }
}

#[test]
fn all_problems_of_a_toml_are_listed_with_their_paths() {
    let text = "colour = 1\n[[products]]\nsku = 'A'\nshape = 'carton'\nwidth_mm = 100\nheight_mm = inf\ndepth_mm = 5\n\
                [[products]]\nsku = 'A'\nshape = ''\nwidth_mm = 1\nheight_mm = 1\ndepth_mm = [1]\n";
    let error = failure(&folder(&[("p.toml", text)]).path().join("p.toml"));
    for part in [
        "colour: is unknown here",
        "products[0].height_mm: inf mm",
        "products[1].depth_mm: must be a text or a number, and is [1]",
        "products[1].sku: \"A\" is already that of products[0]",
        "products[1].shape: is missing",
    ] {
        assert!(error.contains(part), "{part}\n{error}");
    }
    let error = failure(&folder(&[("p.toml", "[[products]]\nsku = \"A\nb\"")]).path().join("p.toml"));
    assert!(error.contains("p.toml: line 3: "), "{error}");
}

#[test]
fn a_long_list_of_problems_is_cut() {
    let rows: String = (0..51).map(|i| format!("B{i},1,1,1,vase\n")).collect();
    let text = format!("sku,width_mm,height_mm,depth_mm,shape\n{rows}");
    let error = failure(&folder(&[("p.csv", &text)]).path().join("p.csv"));
    assert!(error.contains("line 21, column shape") && !error.contains("line 22"), "{error}");
    assert!(error.ends_with("and 31 more"), "{error}");
}

#[test]
fn what_is_no_catalogue_says_so() {
    assert!(failure(folder(&[]).path()).contains("neither a products.toml"));
    assert!(failure(&folder(&[("x.json", "{}")]).path().join("x.json")).contains("x.json"));
    assert!(failure(folder(&[("products.csv", CSV), ("products.toml", TOML)]).path()).contains("both"));
    assert!(failure(&folder(&[("p.csv", "")]).path().join("p.csv")).contains("lists no products"));
    assert!(matches!(Catalog::open(Path::new("no/such")), Err(Error::Read { .. })));
    let latin = folder(&[]);
    std::fs::write(latin.path().join("p.csv"), b"sku,name\nA,caf\xe9\nB,b\xe9\n").expect("writable");
    let error = failure(&latin.path().join("p.csv"));
    assert!(error.contains("line 2: is not UTF-8") && error.contains("line 3: is not UTF-8"), "{error}");
}

#[test]
fn categories_are_sorted_and_families_keep_brands_apart() {
    let text = "sku,brand,category,family,width_mm,height_mm,depth_mm,shape
1,Z,tea,Classic,50,50,50,carton
2,A,soup,Classic,50,50,50,can
3,B,tea,Classic,50,50,50,carton
4,Z,tea,Classic,50,50,50,carton
5,,soup,,50,50,50,can
6,,,,50,50,50,can
";
    let catalog = Catalog::open(&folder(&[("p.csv", text)]).path().join("p.csv")).expect("sound");
    assert_eq!(catalog.categories(), ["product", "soup", "tea"]);
    let families: Vec<_> = catalog.families().iter().map(|f| (f.category, f.name.as_str(), f.products.len())).collect();
    assert_eq!(families, [(0, "6", 1), (1, "5", 1), (1, "Classic", 1), (2, "Classic", 1), (2, "Classic", 2)]);
}

#[test]
fn a_template_on_disk_becomes_the_label() {
    let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 2 1'>\n<rect width='2' height='1' fill='{{color}}'/></svg>";
    let csv = CSV.replace("carton,,#ff8800", "carton,label.svg,#ff8800").replace("carton,,\n", "carton,label.svg,\n");
    let folder = folder(&[("products.csv", &csv), ("label.svg", svg)]);
    let catalog = Catalog::open(folder.path()).expect("sound");
    let look = catalog.look(&catalog.product(ProductId(0)).expect("listed")).expect("sound");
    let slot = look.materials.iter().find(|material| material.is_label).expect("cartons have labels");
    let label = &slot.textures.base_color.as_ref().expect("applied").artwork;
    assert_eq!(label.load(4, 4).expect("sound").get_pixel(1, 1).0, [255, 136, 0, 255]);
    let error = catalog.look(&catalog.product(ProductId(1)).expect("listed")).expect_err("no colour").to_string();
    assert!(error.contains("label.svg") && error.contains("line 2") && error.contains("{{color}}"), "{error}");
}

#[test]
fn a_missing_label_picture_is_an_error_that_names_it() {
    let folder = folder(&[("products.csv", &CSV.replace("carton,,#", "carton,front.png,#"))]);
    let catalog = Catalog::open(folder.path()).expect("rows are sound");
    let error = catalog.look(&catalog.product(ProductId(0)).expect("listed")).expect_err("missing");
    assert!(error.to_string().contains("front.png"), "{error}");
}

#[test]
fn a_hundred_and_seventy_thousand_rows_open() {
    let mut text =
        String::from("gtin,sku,name,brand,category,family,width_mm,height_mm,depth_mm,shape,label,variant\n");
    for i in 0..170_000 {
        let gtin = Gtin::from_body(&format!("2{i:011}")).expect("twelve digits");
        writeln!(
            text,
            "{gtin},S{i},Product {i},Brand {0},c{1},F{2},60,120,60,can,labels/{i}.png,v",
            i % 900,
            i % 40,
            i / 5
        )
        .expect("a String accepts all text");
    }
    let folder = folder(&[("products.csv", &text)]);
    let start = std::time::Instant::now();
    let catalog = Catalog::open(folder.path()).expect("sound");
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!((catalog.len(), catalog.categories().len()), (170_000, 40));
    assert_eq!(catalog.find("S169999"), Some(ProductId(169_999)));
    // Generous: machines that run tests are shared. A sane reader needs a second.
    assert!(seconds < 20.0, "{seconds} s");
}

/// A glTF binary file with one triangle that spans 100 x 200 x 50 mm.
fn glb() -> Vec<u8> {
    let corners: [[f32; 3]; 3] = [[0.0, 0.0, 0.0], [0.1, 0.0, 0.05], [0.0, 0.2, 0.0]];
    let binary: Vec<u8> = corners.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    let json = serde_json::json!({
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3",
                       "min": [0.0, 0.0, 0.0], "max": [0.1, 0.2, 0.05]}],
        "bufferViews": [{"buffer": 0, "byteLength": binary.len()}],
        "buffers": [{"byteLength": binary.len()}],
    });
    let mut json = json.to_string().into_bytes();
    json.resize(json.len().next_multiple_of(4), b' ');
    let mut file = b"glTF\x02\0\0\0".to_vec();
    file.extend((12 + 8 + json.len() as u32 + 8 + binary.len() as u32).to_le_bytes());
    for (kind, chunk) in [(b"JSON", json), (b"BIN\0", binary)] {
        file.extend((chunk.len() as u32).to_le_bytes());
        file.extend(kind);
        file.extend(chunk);
    }
    file
}

#[test]
fn a_folder_of_bare_models_is_a_catalogue() {
    let folder = folder(&[("readme.txt", "no model")]);
    for name in ["soup_tomato_can.glb", "flakes.GLB"] {
        std::fs::write(folder.path().join(name), glb()).expect("writable");
    }
    let catalog = Catalog::open(folder.path()).expect("sound");
    assert_eq!(catalog.categories(), ["product", "soup"]);
    let product = catalog.product(catalog.find("soup_tomato_can").expect("listed")).expect("listed");
    assert_eq!((product.name.as_str(), product.gtin, product.label.as_ref()), ("Soup Tomato Can", None, None));
    assert!((product.size - glam::DVec3::new(0.1, 0.2, 0.05)).length() < 1e-6, "{}", product.size);
}

#[test]
fn a_model_in_a_table_brings_its_size_along() {
    let folder = folder(&[("products.csv", "sku,shape\nA,box.glb\nB,box.glb\n")]);
    std::fs::write(folder.path().join("box.glb"), glb()).expect("writable");
    let catalog = Catalog::open(folder.path()).expect("sound");
    assert!((catalog.product(ProductId(1)).expect("listed").size.y - 0.2).abs() < 1e-6);
}

/// Every product of the built-in catalogue, its template and its numbers.
mod builtin {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::catalog::label::modules;
    use crate::catalog::{Catalog, Shape, package};

    fn catalog() -> Catalog {
        Catalog::builtin().expect("the tables that are compiled in are sound")
    }

    #[test]
    fn it_is_large_and_varied() {
        let catalog = catalog();
        let mut shapes = BTreeSet::new();
        for id in catalog.ids() {
            let product = catalog.product(id).expect("listed");
            let Shape::Package(name) = &product.shape else { panic!("{} is no package", product.sku) };
            shapes.insert(name.clone());
            let gtin = product.gtin.expect("every product has a number").to_string();
            assert!(gtin.len() == 13 && gtin.starts_with('2'), "{gtin} is not in restricted circulation");
            assert_eq!(modules(gtin.parse().expect("valid")).map(|modules| modules.len()), Some(95));
            assert_eq!(catalog.find(&gtin), Some(id));
        }
        assert!(catalog.len() >= 300 && catalog.categories().len() >= 14, "{catalog:?}");
        assert!(package::names().iter().all(|name| shapes.contains(*name)), "{shapes:?}");
        for family in catalog.families() {
            assert!((2..=8).contains(&family.products.len()), "{family:?}");
        }
    }

    #[test]
    fn every_label_fills_and_paints() {
        let catalog = catalog();
        let mut seen: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for id in catalog.ids() {
            let product = catalog.product(id).expect("listed");
            let look = catalog.look(&product).expect("every template fills");
            let slot = look.materials.iter().find(|material| material.is_label).expect("packages have labels");
            let artwork = &slot.textures.base_color.as_ref().expect("the label was applied").artwork;
            let pixels = artwork.load(64, 64).expect("every label paints");
            let colors: BTreeSet<[u8; 4]> = pixels.pixels().map(|pixel| pixel.0).collect();
            assert!(colors.len() > 50, "{} is nearly empty", product.name);
            if let Some(twin) = seen.insert(pixels.into_raw(), product.name.clone()) {
                panic!("{} looks like {twin}", product.name);
            }
        }
    }

    #[test]
    fn no_label_refers_to_a_picture_that_it_lacks() {
        for (path, template) in crate::catalog::source::embedded::LABELS {
            for reference in template.split("href='#").skip(1) {
                let name = reference.split('\'').next().unwrap_or_default();
                let found = name.contains("{{") || template.contains(&format!("id='{name}'"));
                assert!(found, "{path} has no {name}");
            }
            for reference in template.split("url(#").skip(1) {
                let name = reference.split(')').next().unwrap_or_default();
                assert!(template.contains(&format!("id='{name}'")), "{path} has no {name}");
            }
        }
    }
}
