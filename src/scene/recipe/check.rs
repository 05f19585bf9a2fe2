use super::values::linear_from_hex;
use super::{Count, FixtureRules, Range, Recipe, SequenceRules, positions};
use crate::problem::Problems;
use crate::scene::{Face, ToneCurve};

/// Values of single fields, one method per section.
pub(super) fn check(recipe: &Recipe, problems: &mut Problems) {
    let mut check = Check { problems };
    check.number("strength", recipe.strength.0, 0.0, 1.0);
    check.picture_and_camera(recipe);
    check.sequence(recipe);
    check.gondola_and_planogram(recipe);
    check.stocking_and_disorder(recipe);
    check.prices_and_lights(recipe);
    check.photography(recipe);
    check.store(recipe);
    check.range("fixture.fill", recipe.fixture.fill, 0.2, 3.0);
    check.bins_and_hooks(recipe);
    check.probability("fixture.doors", recipe.fixture.doors);
    check.details_and_occluders(recipe);
    FixtureRules::check_kinds(recipe, problems);
}

struct Check<'a> {
    problems: &'a mut Problems,
}

impl Check<'_> {
    fn picture_and_camera(&mut self, Recipe { picture, camera, .. }: &Recipe) {
        self.whole("picture.width", picture.width, 16, 16384);
        self.whole("picture.height", picture.height, 16, 16384);
        self.probability("picture.turned", picture.turned);
        self.range("camera.fov_deg", camera.fov_deg, 10.0, 110.0);
        self.range("camera.distance_m", camera.distance_m, 0.3, 6.0);
        self.range("camera.height_m", camera.height_m, 0.2, 2.5);
        self.range("camera.aim_height_m", camera.aim_height_m, 0.0, 3.0);
        self.range("camera.yaw_deg", camera.yaw_deg, 0.0, 70.0);
        self.range("camera.pitch_deg", camera.pitch_deg, -30.0, 30.0);
        self.range("camera.roll_deg", camera.roll_deg, -45.0, 45.0);
        self.number("camera.principal_point_std", camera.principal_point_std, 0.0, 0.05);
        self.range("camera.k1", camera.k1, -0.3, 0.3);
        self.range("camera.k2", camera.k2, -0.1, 0.1);
        self.range("camera.tangential", camera.tangential, -0.01, 0.01);
    }

    fn sequence(&mut self, Recipe { sequence, .. }: &Recipe) {
        self.whole("sequence.pictures", sequence.pictures, 1, SequenceRules::MOST);
        for (field, range) in [("right_m", sequence.right_m), ("down_m", sequence.down_m)] {
            self.range(&format!("sequence.{field}"), range, -0.2, 0.2);
        }
        self.range("sequence.forward_m", sequence.forward_m, -0.05, 0.05);
        for (field, range) in
            [("yaw_deg", sequence.yaw_deg), ("pitch_deg", sequence.pitch_deg), ("roll_deg", sequence.roll_deg)]
        {
            self.range(&format!("sequence.{field}"), range, -5.0, 5.0);
        }
    }

    fn gondola_and_planogram(&mut self, Recipe { gondola, planogram, .. }: &Recipe) {
        self.count("gondola.bays", gondola.bays, 1, 10);
        self.count("gondola.neighbours", gondola.neighbours, 0, 10);
        self.filled("gondola.bay_widths_m", gondola.bay_widths_m.len());
        for (i, &width) in gondola.bay_widths_m.iter().enumerate() {
            self.number(&format!("gondola.bay_widths_m[{i}]"), width, 0.4, 3.0);
        }
        self.range("gondola.height_m", gondola.height_m, 0.5, 3.0);
        self.range("gondola.base_height_m", gondola.base_height_m, 0.06, 0.5);
        self.range("gondola.base_depth_m", gondola.base_depth_m, 0.2, 1.2);
        self.range("gondola.shelf_depth_m", gondola.shelf_depth_m, 0.15, 1.2);
        self.count("gondola.shelves", gondola.shelves, 1, 15);
        self.number("gondola.slot_pitch_m", gondola.slot_pitch_m, 0.01, 0.1);
        self.colors("gondola.steel", &gondola.steel);
        self.colors("gondola.rail", &gondola.rail);

        for (i, position) in planogram.positions.iter().enumerate() {
            let place = |field: &str| format!("planogram.positions[{i}].{field}");
            self.within(&place("bay"), position.bay, positions::BAYS);
            self.within(&place("shelf"), position.shelf, positions::SHELVES);
            self.within(&place("facings"), position.facings, positions::WIDE);
            self.within(&place("levels"), position.levels, positions::HIGH);
            self.within(&place("deep"), position.deep, positions::DEEP);
            if let Err(message) = position.face.parse::<Face>() {
                self.problems.add(place("face"), message);
            }
            if position.product.is_empty() {
                self.problems.add(place("product"), "is missing: a GTIN or SKU of the catalogue");
            }
        }
        self.count("planogram.categories_per_bay", planogram.categories_per_bay, 1, 20);
        self.count("planogram.facings", planogram.facings, 1, 100);
        self.range("planogram.block_width_m", planogram.block_width_m, 0.01, 3.0);
        self.probability("planogram.vertical_blocks", planogram.vertical_blocks);
        self.whole("planogram.levels", planogram.levels, 1, 20);
        self.range("planogram.air_m", planogram.air_m, 0.02, 0.5);
        self.probability("planogram.trays", planogram.trays);
        self.probability("planogram.dividers", planogram.dividers);
    }

    fn stocking_and_disorder(&mut self, Recipe { stocking, disorder, .. }: &Recipe) {
        self.whole("stocking.deep", stocking.deep, 1, 50);
        self.whole("stocking.units", stocking.units, 1, 50_000);
        self.range("stocking.gap_m", stocking.gap_m, 0.0002, 0.05);
        self.range("disorder.yaw_std_deg", disorder.yaw_std_deg, 0.0, 45.0);
        self.probability("disorder.turned", disorder.turned);
        self.range("disorder.turned_deg", disorder.turned_deg, 0.0, 180.0);
        self.range("disorder.setback_std_m", disorder.setback_std_m, 0.0, 0.2);
        self.probability("disorder.missing", disorder.missing);
        self.probability("disorder.pushed_back", disorder.pushed_back);
        self.probability("disorder.sold_out", disorder.sold_out);
        self.probability("disorder.picked_stacks", disorder.picked_stacks);
        self.probability("disorder.strangers", disorder.strangers);
        self.probability("disorder.lying", disorder.lying);
        self.range("disorder.wear", disorder.wear, 0.0, 1.0);
    }

    fn prices_and_lights(&mut self, Recipe { prices, lights, .. }: &Recipe) {
        self.probability("prices.labels", prices.labels);
        self.probability("prices.promotions", prices.promotions);
        self.probability("prices.cuts", prices.cuts);
        self.probability("prices.flags", prices.flags);
        self.count("prices.cents", prices.cents, 1, 99_999);
        self.count("lights.strips", lights.strips, 1, 12);
        self.range("lights.length_m", lights.length_m, 0.1, 10.0);
        self.range("lights.width_m", lights.width_m, 0.01, 2.0);
        self.probability("lights.across", lights.across);
        self.range("lights.radiance", lights.radiance, 0.01, 10_000.0);
        self.range("lights.temperature_k", lights.temperature_k, 1500.0, 15_000.0);
        self.range("lights.white_balance", lights.white_balance, 0.0, 1.0);
        self.range("lights.environment", lights.environment, 0.0, 1000.0);
        self.range("lights.exposure_ev", lights.exposure_ev, -10.0, 10.0);
    }

    fn photography(&mut self, Recipe { photography, .. }: &Recipe) {
        self.range("photography.aperture_mm", photography.aperture_mm, 0.0, 50.0);
        self.range("photography.focus_error_dpt", photography.focus_error_dpt, -10.0, 10.0);
        self.probability("photography.missed_focus", photography.missed_focus);
        self.range("photography.missed_focus_dpt", photography.missed_focus_dpt, -10.0, 10.0);
        self.range("photography.blur_px", photography.blur_px, 0.0, 2.0);
        self.range("photography.shutter_s", photography.shutter_s, 0.0, 0.5);
        self.range("photography.shake_deg_s", photography.shake_deg_s, 0.0, 60.0);
        self.probability("photography.walking", photography.walking);
        self.range("photography.walking_m_s", photography.walking_m_s, 0.0, 3.0);
        self.range("photography.readout_s", photography.readout_s, 0.0, 0.5);
        self.range("photography.exposure_error_ev", photography.exposure_error_ev, -5.0, 5.0);
        self.range("photography.white_balance_ev", photography.white_balance_ev, -2.0, 2.0);
        self.range("photography.tint_ev", photography.tint_ev, -2.0, 2.0);
        self.range("photography.vignetting", photography.vignetting, 0.0, 5.0);
        self.range("photography.chromatic_aberration", photography.chromatic_aberration, -0.01, 0.01);
        self.probability("photography.noise", photography.noise);
        self.range("photography.iso", photography.iso, 25.0, 102_400.0);
        self.range("photography.read_electrons", photography.read_electrons, 0.0, 100.0);
        self.probability("photography.mosaic", photography.mosaic);
        self.range("photography.sharpening", photography.sharpening, 0.0, 5.0);
        self.range("photography.sharpening_radius_px", photography.sharpening_radius_px, 0.2, 2.0);
        self.probability("photography.jpeg", photography.jpeg);
        self.count("photography.jpeg_quality", photography.jpeg_quality, 1, 100);
        if ToneCurve::from_name(&photography.tone).is_none() {
            let known = ToneCurve::ALL.map(ToneCurve::name).join(", ");
            self.problems.add("photography.tone", format!("{:?} is no tone curve; known: {known}", photography.tone));
        }
    }

    fn store(&mut self, Recipe { store, .. }: &Recipe) {
        self.range("store.aisle_m", store.aisle_m, 0.8, 10.0);
        self.range("store.ceiling_m", store.ceiling_m, 2.2, 12.0);
        self.range("store.floor_tile_m", store.floor_tile_m, 0.05, 2.0);
        self.colors("store.floor", &store.floor);
        self.colors("store.ceiling", &store.ceiling);
        self.colors("store.wall", &store.wall);
    }

    fn bins_and_hooks(&mut self, Recipe { bulk_bin, pegboard, .. }: &Recipe) {
        self.count("bulk_bin.bins", bulk_bin.bins, 1, 5);
        self.count("bulk_bin.products", bulk_bin.products, 1, 10);
        self.range("bulk_bin.filled", bulk_bin.filled, 0.05, 1.3);
        self.whole("bulk_bin.units", bulk_bin.units, 1, 400);
        self.range("pegboard.hook_m", pegboard.hook_m, 0.08, 0.5);
        self.count("pegboard.deep", pegboard.deep, 1, 40);
        self.probability("pegboard.empty", pegboard.empty);
        self.number("pegboard.swing_std_deg", pegboard.swing_std_deg, 0.0, 5.0);
        self.probability("pegboard.slatwall", pegboard.slatwall);
    }

    fn details_and_occluders(&mut self, Recipe { details, occluders, .. }: &Recipe) {
        for (place, value) in [
            ("details.wobblers", details.wobblers),
            ("details.flags", details.flags),
            ("details.strips", details.strips),
            ("details.banners", details.banners),
            ("details.fences", details.fences),
            ("details.pushers", details.pushers),
            ("details.torn_trays", details.torn_trays),
            ("details.perforated", details.perforated),
            ("details.headers", details.headers),
            ("occluders.trolleys", occluders.trolleys),
            ("occluders.baskets", occluders.baskets),
            ("occluders.arms", occluders.arms),
            ("occluders.people", occluders.people),
        ] {
            self.probability(place, value);
        }
        self.count("details.signs", details.signs, 0, 10);
        self.range("details.wear", details.wear, 0.0, 1.0);
        self.range("details.floor_roughness", details.floor_roughness, 0.04, 1.0);
        self.count("details.distant_tiers", details.distant_tiers, 0, 8);
    }

    fn number(&mut self, place: &str, value: f64, low: f64, high: f64) {
        if !(low..=high).contains(&value) {
            self.problems.add(place, format!("{value} is not within {low}..{high}"));
        }
    }

    fn within(&mut self, place: &str, value: u32, bounds: std::ops::RangeInclusive<u32>) {
        self.whole(place, value, *bounds.start(), *bounds.end());
    }

    fn whole(&mut self, place: &str, value: u32, low: u32, high: u32) {
        self.number(place, value.into(), low.into(), high.into());
    }

    fn probability(&mut self, place: &str, value: f64) {
        self.number(place, value, 0.0, 1.0);
    }

    fn range(&mut self, place: &str, Range(low, high): Range, lowest: f64, highest: f64) {
        let before = self.problems.0.len();
        self.number(place, low, lowest, highest);
        if high != low {
            self.number(place, high, lowest, highest);
        }
        if self.problems.0.len() == before && low > high {
            self.problems.add(place, format!("[{low}, {high}] has its ends in the wrong order"));
        }
    }

    fn count(&mut self, place: &str, Count(low, high): Count, lowest: u32, highest: u32) {
        self.range(place, Range(low.into(), high.into()), lowest.into(), highest.into());
    }

    fn filled(&mut self, place: &str, len: usize) {
        if len == 0 {
            self.problems.add(place, "is empty: there is nothing to draw from");
        }
    }

    fn colors(&mut self, place: &str, colors: &[String]) {
        self.filled(place, colors.len());
        for (i, color) in colors.iter().enumerate() {
            if linear_from_hex(color).is_none() {
                self.problems.add(format!("{place}[{i}]"), format!("{color:?} is no colour written as #rrggbb"));
            }
        }
    }
}
