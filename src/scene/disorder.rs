use std::f64::consts::{FRAC_PI_2, TAU};
use std::sync::Arc;

use glam::{DMat3, DVec2, DVec3};

use super::planogram::{Item, Position, Tier};
use super::recipe::Disorder;
use super::stocking::extents;
use crate::seed::Rng;

/// Round packages are turned this much further: nobody faces up a tin to the degree.
const ROUND: f64 = 5.0;
/// Products that are tried as a stranger.
const STRANGERS: usize = 12;

/// What has happened to one file of units.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// Stocked from the front.
    Full,
    /// Nothing is left.
    Empty,
    /// This many units are gone in front.
    PushedBack(u32),
    /// Something else stands or lies in front.
    Odd(Odd),
    /// The unit lies across this file from an earlier one.
    Covered,
}

/// A unit that does not stand there like the others.
#[derive(Debug, Clone)]
pub(super) struct Odd {
    pub(super) item: Arc<Item>,
    /// Takes the model's axes to those of the shelf.
    pub(super) rotation: DMat3,
    /// Number of files whose place it takes.
    pub(super) files: u32,
}

/// All random draws of one file, made before anything is placed.
#[derive(Debug, Clone)]
pub(super) struct FileDraw {
    pub(super) state: State,
    /// Distance of the front from the shelf edge, metres.
    pub(super) setback: f64,
    /// Levels that the front stack has.
    pub(super) front_levels: u32,
    /// Yaw of each unit in radians, `depth * levels + level`.
    pub(super) yaws: Vec<f64>,
    /// Sideways and forward shift of each unit against the one below, −1 to 1, in the same order.
    pub(super) shifts: Vec<DVec2>,
    /// Air before the next file, 0 to 1 of the recipe's range.
    pub(super) gap: f64,
}

/// How a shelf as a whole is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mood {
    yaw_std: f64,
    setback_std: f64,
}

impl Mood {
    pub(super) fn draw(rules: &Disorder, rng: &mut Rng) -> Self {
        Self { yaw_std: rules.yaw_std_deg.draw(rng).to_radians(), setback_std: rules.setback_std_m.draw(rng) }
    }
}

/// Draws the files of one position, one per facing. `others` are the products that strangers come from.
pub(super) fn draw_files(
    position: &Position,
    tier: &Tier,
    (rules, mood): (&Disorder, Mood),
    others: &[Arc<Item>],
    rng: &mut Rng,
) -> Vec<FileDraw> {
    let sold_out = rng.chance(rules.sold_out);
    let block_setback = libm::fabs(rng.normal(0.0, 0.5 * mood.setback_std));
    let mut files: Vec<FileDraw> = Vec::new();
    for facing in 0..position.facings {
        let mut file = draw_file(position, (rules, mood), rng);
        file.setback += block_setback;
        let left = position.facings - facing;
        let odd = draw_odd(position, tier, left, (rules, others), rng);
        let (missing, pushed) = (rng.chance(rules.missing), rng.chance(rules.pushed_back));
        let gone = rng.between(1, 2);
        file.state = if sold_out || missing {
            State::Empty
        } else if let Some(odd) = odd.filter(|_| !position.in_tray) {
            State::Odd(odd)
        } else if pushed {
            State::PushedBack(gone)
        } else {
            State::Full
        };
        files.push(file);
    }
    cover(&mut files);
    files
}

/// Marks the files that a wide odd unit takes besides its own.
fn cover(files: &mut [FileDraw]) {
    for i in 0..files.len() {
        if let State::Odd(Odd { files: taken, .. }) = files[i].state {
            let end = (i + taken as usize).min(files.len());
            for file in &mut files[i + 1..end] {
                file.state = State::Covered;
            }
        }
    }
}

fn draw_file(position: &Position, (rules, mood): (&Disorder, Mood), rng: &mut Rng) -> FileDraw {
    let (levels, deep) = (position.levels, position.deep);
    let spread = if position.item.round { ROUND } else { 1.0 };
    let setback = libm::fabs(rng.normal(0.0, mood.setback_std));
    let far = rng.chance(rules.turned).then(|| {
        let angle = rules.turned_deg.draw(rng).to_radians();
        if rng.chance(0.5) { angle } else { -angle }
    });
    let picked = rng.chance(rules.picked_stacks);
    let left = rng.between(1, levels.saturating_sub(1).max(1));
    let mut yaws = Vec::new();
    let mut shifts = Vec::new();
    for depth in 0..deep {
        // A stack turns as a whole, and each of its units a little against the one below.
        let mut yaw = rng.normal(0.0, mood.yaw_std).clamp(-3.0 * mood.yaw_std, 3.0 * mood.yaw_std) * spread;
        for level in 0..levels {
            let twist = rng.normal(0.0, 0.5 * mood.yaw_std) * spread;
            if level > 0 {
                yaw += twist.clamp(-2.0 * mood.yaw_std * spread, 2.0 * mood.yaw_std * spread);
            }
            let first = depth == 0 && levels == 1;
            yaws.push(far.filter(|_| first).unwrap_or(yaw));
            shifts.push(DVec2::new(rng.uniform(-1.0..1.0), rng.uniform(-1.0..1.0)));
        }
    }
    if mood.yaw_std == 0.0 {
        shifts.fill(DVec2::ZERO);
    }
    let front_levels = if picked && levels > 1 { left } else { levels };
    FileDraw { state: State::Full, setback, front_levels, yaws, shifts, gap: rng.unit() }
}

/// A stranger or a lying unit, if one is drawn and one fits into the files that are left.
fn draw_odd(
    position: &Position,
    tier: &Tier,
    left: u32,
    (rules, others): (&Disorder, &[Arc<Item>]),
    rng: &mut Rng,
) -> Option<Odd> {
    let (stranger, lying) = (rng.chance(rules.strangers), rng.chance(rules.lying));
    let (pick, side, swing) = (rng.unit(), rng.below(4), rng.normal(0.0, 0.12).clamp(-0.3, 0.3));
    let fits = |item: &Arc<Item>, rotation: DMat3| {
        let size = extents(item, rotation) * 2.0;
        let files = libm::ceil(size.x / position.item.size.x) as u32;
        let room = DVec3::new(f64::INFINITY, tier.clear - 0.02, position.item.size.z.max(0.3));
        (files >= 1 && files <= left && size.cmple(room).all()).then(|| Odd { item: item.clone(), rotation, files })
    };
    if lying {
        let about = match side {
            0 => DMat3::from_rotation_x(-FRAC_PI_2),
            1 => DMat3::from_rotation_x(FRAC_PI_2),
            2 => DMat3::from_rotation_z(FRAC_PI_2),
            _ => DMat3::from_rotation_z(-FRAC_PI_2),
        };
        return fits(&position.item, DMat3::from_rotation_y(swing) * about);
    }
    if stranger && !others.is_empty() {
        let start = (pick * others.len() as f64) as usize;
        let candidates = || (0..others.len()).map(|i| &others[(start + i) % others.len()]).take(STRANGERS * 4);
        let other = |item: &&Arc<Item>| item.product.sku != position.item.product.sku;
        let foreign = |item: &&Arc<Item>| other(item) && item.class != position.item.class;
        let yaw = DMat3::from_rotation_y(swing * TAU / 6.0);
        let first = |choice: &dyn Fn(&&Arc<Item>) -> bool| candidates().filter(choice).find_map(|item| fits(item, yaw));
        return first(&foreign).or_else(|| first(&other));
    }
    None
}
