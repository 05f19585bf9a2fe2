use std::sync::Arc;

use glam::{DAffine3, DMat3, DVec3};

use super::disorder::{self, FileDraw, Mood, State};
use super::fixture::{self, DIVIDER_WIDTH, Gondola, PUSHER, TRAY_WALL};
use super::planogram::{Item, Position, Tier};
use super::recipe::Recipe;
use super::{Cell, Prop, Unit};
use crate::seed::{Rng, Seed};

/// Air between a unit and what carries it, metres: nothing touches, nothing floats.
pub(super) const REST: f64 = 0.0001;
/// Distance that the foremost units keep from the shelf edge, metres.
pub(super) const EDGE: f64 = 0.004;
/// Width that is planned between two positions, metres.
pub(super) const BETWEEN: f64 = 0.004;
/// Least air between two units, metres.
const AIR: f64 = 0.0003;
/// Largest sideways shift of a stacked unit against the one below, as a share of its width or depth.
const STACK_SHIFT: f64 = 0.03;
/// Shares of the drawn disorder that are tried until a shelf's goods fit on it.
const CALM: [f64; 5] = [1.0, 0.7, 0.4, 0.15, 0.0];

/// The goods of one tier as they stand there.
#[derive(Debug, Default)]
pub(super) struct Stocked {
    pub(super) units: Vec<Unit>,
    /// Trays and dividers.
    pub(super) props: Vec<Prop>,
    /// Left and right end of each position, metres.
    pub(super) spans: Vec<(f64, f64)>,
    /// All places of the tier.
    pub(super) cells: Vec<Cell>,
    /// The room of each facing's file, position by position; none where there was no room.
    pub(super) rooms: Vec<Vec<Option<FileRoom>>>,
}

/// Where a file of units stands as planned, in the world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FileRoom {
    /// Left and right side, metres.
    pub(super) sides: (f64, f64),
    /// Height of what carries it, metres.
    pub(super) bottom: f64,
    /// Plane of the fronts, metres.
    pub(super) front: f64,
}

/// A unit, relative to its column and the shelf edge.
struct Piece {
    item: Arc<Item>,
    rotation: DMat3,
    /// Middle: x from the column's middle, y from the surface to the unit's lowest point, z from the shelf edge.
    place: DVec3,
    /// Facing, level and depth.
    slot: [u32; 3],
}

/// Things that keep their distance from others as one.
struct Column {
    position: usize,
    /// The facing; of a tray its first one.
    facing: u32,
    half_width: f64,
    pieces: Vec<Piece>,
    /// Size of the tray around them, and the distance of its front from the edge.
    tray: Option<(DVec3, f64)>,
    /// Air to the column before.
    air: f64,
}

/// Half the size of the box around a turned item, along the axes of the shelf, metres.
pub(super) fn extents(item: &Item, rotation: DMat3) -> DVec3 {
    let half = item.size * 0.5;
    if item.round && rotation.y_axis.y.abs() > 1.0 - 1e-12 {
        let radius = half.x.max(half.z);
        return DVec3::new(radius, half.y, radius);
    }
    rotation.x_axis.abs() * half.x + rotation.y_axis.abs() * half.y + rotation.z_axis.abs() * half.z
}

/// Puts the goods of a tier on it. No two of them meet: every unit is kept apart by the box around its turned footprint,
/// side by side, file by file and level by level.
pub(super) fn stock(
    tier: &mut Tier,
    bay: u32,
    (recipe, gondola): (&Recipe, &Gondola),
    others: &[Arc<Item>],
    seed: Seed,
) -> Stocked {
    let mut rng = seed.rng(&format!("scene/stocking/{bay}/{}", tier.shelf));
    let depth = gondola.depth_of(tier.shelf);
    for position in &mut tier.positions {
        fit_tray(position, depth);
    }
    let mood = Mood::draw(&recipe.disorder, &mut rng);
    let rules = (&recipe.disorder, mood);
    let draws: Vec<Vec<FileDraw>> =
        tier.positions.iter().map(|position| disorder::draw_files(position, tier, rules, others, &mut rng)).collect();

    let room = gondola.usable_width();
    let width = |columns: &[Column]| columns.iter().map(|column| column.air + 2.0 * column.half_width).sum::<f64>();
    let mut columns = Vec::new();
    for calm in CALM {
        columns = build(tier, &draws, (recipe, depth), calm);
        if width(&columns) <= room {
            break;
        }
    }
    let slack = (room - width(&columns)).max(0.0);
    spread(&mut columns, slack, &mut rng);
    let mut stocked = place(tier, bay, (recipe, gondola), columns, seed);
    let mut rng = seed.rng(&format!("scene/fence/{bay}/{}", tier.shelf));
    if rng.chance(recipe.details.fences) && tier.clear > 2.0 * fixture::FENCE_HEIGHT {
        fixture::fence(gondola, bay, (tier.shelf, tier.surface), &mut stocked.props);
    }
    stocked
}

/// All columns of a tier from left to right; `calm` scales what needs width.
fn build(tier: &Tier, draws: &[Vec<FileDraw>], (recipe, depth): (&Recipe, f64), calm: f64) -> Vec<Column> {
    let boundary = if tier.dividers { DIVIDER_WIDTH + 2.0 * AIR } else { 0.001 };
    let gaps = recipe.stocking.gap_m;
    let mut columns: Vec<Column> = Vec::new();
    for (i, (position, files)) in tier.positions.iter().zip(draws).enumerate() {
        let begin = columns.len();
        if position.in_tray {
            columns.push(in_tray(i, position, files));
        } else {
            let free = || files.iter().enumerate().filter(|(_, file)| !matches!(file.state, State::Covered));
            columns.extend(free().map(|(facing, file)| column(i, position, (facing as u32, file), depth, calm)));
        }
        for (column, file) in columns[begin..].iter_mut().zip(files) {
            column.air = AIR + calm * (gaps.0 + (gaps.1 - gaps.0) * file.gap - AIR).max(0.0);
        }
        if let Some(first) = columns.get_mut(begin).filter(|_| i > 0) {
            first.air += boundary;
        }
    }
    columns
}

/// One file of units, front to back.
fn column(index: usize, position: &Position, (facing, file): (u32, &FileDraw), depth: f64, calm: f64) -> Column {
    let item = &position.item;
    let mut column =
        Column { position: index, facing, half_width: 0.5 * item.size.x, pieces: Vec::new(), tray: None, air: AIR };
    let back = Gondola::BACK - depth;
    let mut front = -EDGE - file.setback;
    let mut row = 0;
    match &file.state {
        State::Empty | State::Covered => return column,
        State::Full => {}
        State::PushedBack(gone) => {
            // Where the file is one unit deep, that unit itself has been pushed back.
            row = (*gone).min(position.deep - 1);
            front -= f64::from(row.max(1)) * (item.size.z + 0.002).min(0.12);
        }
        State::Odd(odd) => {
            let half = extents(&odd.item, odd.rotation);
            let Some(start) = forward(front, half.z, back) else { return column };
            let place = DVec3::new(0.0, REST, start - half.z);
            let slot = [facing, 0, 0];
            column.pieces.push(Piece { item: odd.item.clone(), rotation: odd.rotation, place, slot });
            column.half_width = half.x.max(0.5 * f64::from(odd.files) * item.size.x);
            if odd.files > 1 {
                return column;
            }
            front = start - 2.0 * half.z - 0.002;
            row = 1;
        }
    }
    for depth in row..position.deep {
        let levels = if depth == 0 { file.front_levels } else { position.levels };
        let units = stack(item, file, (depth, levels, position.levels), calm);
        // The row is as wide and as deep as its widest and deepest unit.
        let mut half_z = 0.0f64;
        for (rotation, shift) in &units {
            let half = extents(item, *rotation);
            half_z = half_z.max(half.z + shift.z.abs());
            column.half_width = column.half_width.max(half.x + shift.x.abs());
        }
        // Only a row with nothing in front of it may come forward to find room.
        let is_foremost = column.pieces.is_empty();
        let start = if is_foremost { forward(front, half_z, back) } else { Some(front) };
        let Some(start) = start.filter(|start| start - 2.0 * half_z >= back) else { break };
        for (level, (rotation, shift)) in units.into_iter().enumerate() {
            let bottom = REST + level as f64 * (item.size.y + REST);
            let place = DVec3::new(shift.x, bottom, start - half_z + shift.z);
            column.pieces.push(Piece { item: item.clone(), rotation, place, slot: [facing, level as u32, depth] });
        }
        front = start - 2.0 * half_z - AIR - 0.0015 * file.gap;
    }
    column
}

/// Rotations and shifts of the units of one stack, from below.
fn stack(item: &Item, file: &FileDraw, (depth, levels, stride): (u32, u32, u32), calm: f64) -> Vec<(DMat3, DVec3)> {
    let mut shift = DVec3::ZERO;
    (0..levels)
        .map(|level| {
            let at = (depth * stride + level) as usize;
            // Turning a round pack costs no width.
            let yaw = file.yaws[at] * if item.round { 1.0 } else { calm };
            if level > 0 {
                let step = file.shifts[at] * (STACK_SHIFT * calm);
                shift += DVec3::new(step.x * item.size.x, 0.0, step.y * item.size.z);
            }
            (DMat3::from_rotation_y(yaw), shift)
        })
        .collect()
}

/// Where the front of something comes to lie that should stand at `front`: further forward if it would reach through
/// the back; `None` if there is no room at all.
fn forward(front: f64, half_depth: f64, back: f64) -> Option<f64> {
    let start = front.max(back + 2.0 * half_depth);
    (start <= -EDGE).then_some(start)
}

/// Size of a tray's outside for this many rows, whole multiples of 5 mm wide and deep.
fn tray_size(position: &Position, deep: u32) -> DVec3 {
    let step = |metres: f64| libm::ceil(metres * 200.0) / 200.0;
    let size = position.item.size;
    let inside = |count: u32, each: f64| f64::from(count) * (each + 0.001) + 0.001 + 2.0 * TRAY_WALL;
    let height = libm::ceil((0.7 * size.y).clamp(0.03, 0.16) * 100.0) / 100.0;
    DVec3::new(step(inside(position.facings, size.x)), height, step(inside(deep, size.z)))
}

/// Takes as many rows into the tray as fit on the shelf; a position that fits none stands without a tray.
fn fit_tray(position: &mut Position, depth: f64) {
    let fits = |deep: u32| tray_size(position, deep).z <= depth - Gondola::BACK - EDGE;
    let most = (1..=position.deep).rev().find(|&deep| fits(deep));
    if let Some(deep) = most.filter(|_| position.in_tray) {
        position.deep = deep;
    } else {
        position.in_tray = false;
    }
}

/// All units of a position in their tray, side by side and behind each other.
fn in_tray(index: usize, position: &Position, files: &[FileDraw]) -> Column {
    let item = &position.item;
    let size = tray_size(position, position.deep);
    let pitch_x = (size.x - 2.0 * TRAY_WALL) / f64::from(position.facings);
    let pitch_z = (size.z - 2.0 * TRAY_WALL) / f64::from(position.deep);
    let front = -EDGE - files.first().map_or(0.0, |file| 0.3 * file.setback).min(0.008);
    let mut pieces = Vec::new();
    for (facing, file) in files.iter().enumerate() {
        let first = match file.state {
            State::Empty => position.deep,
            State::PushedBack(gone) => gone.min(position.deep - 1),
            _ => 0,
        };
        for depth in first..position.deep {
            let yaw = if item.round { file.yaws[(depth * position.levels) as usize] } else { 0.0 };
            let x = (facing as f64 + 0.5) * pitch_x - 0.5 * (size.x - 2.0 * TRAY_WALL);
            let z = front - TRAY_WALL - (f64::from(depth) + 0.5) * pitch_z;
            pieces.push(Piece {
                item: item.clone(),
                rotation: DMat3::from_rotation_y(yaw),
                place: DVec3::new(x, 2.0 * REST + TRAY_WALL, z),
                slot: [facing as u32, 0, depth],
            });
        }
    }
    Column { position: index, facing: 0, half_width: 0.5 * size.x, pieces, tray: Some((size, front)), air: AIR }
}

/// Shares out the width that is left: most of it a little between all columns, the rest before one of them.
fn spread(columns: &mut [Column], slack: f64, rng: &mut Rng) {
    let count = columns.len();
    if count == 0 {
        return;
    }
    let shared = slack.min(0.004 * count as f64);
    let weights: Vec<f64> = columns.iter().map(|_| rng.unit() * rng.unit()).collect();
    let total: f64 = weights.iter().sum::<f64>().max(1e-9);
    for (column, weight) in columns.iter_mut().zip(&weights) {
        column.air += shared * 0.98 * weight / total;
    }
    // Every other shelf ends with it, on the others it gapes somewhere.
    let widest = rng.below(2 * count);
    if let Some(column) = columns.get_mut(widest) {
        column.air += (slack - shared) * 0.98;
    }
}

/// From columns to poses in the world.
fn place(tier: &Tier, bay: u32, (recipe, gondola): (&Recipe, &Gondola), columns: Vec<Column>, seed: Seed) -> Stocked {
    let mut stocked = Stocked::default();
    let mut rng = seed.rng(&format!("scene/pushers/{bay}/{}", tier.shelf));
    let pushes = tier.dividers && rng.chance(recipe.details.pushers);
    let edge = gondola.depth_of(tier.shelf);
    let right_end = gondola.left_of(bay + 1) - Gondola::SIDE;
    let mut x = gondola.left_of(bay) + Gondola::SIDE;
    let mut spans = vec![(f64::INFINITY, f64::NEG_INFINITY); tier.positions.len()];
    stocked.rooms = tier.positions.iter().map(|position| vec![None; position.facings as usize]).collect();
    let mut last = 0;
    for column in columns {
        let position = &tier.positions[column.position];
        let middle = x + column.air + column.half_width;
        // Nothing stands beyond the bracket, however wide a model turns out to be.
        if middle + column.half_width > right_end + 1e-9 {
            break;
        }
        if tier.dividers && column.position != last {
            let front = DVec3::new(x + 0.5 * column.air, tier.surface, edge - 0.006);
            stocked.props.push(fixture::divider(front, edge));
        }
        last = column.position;
        let rooms = &mut stocked.rooms[column.position];
        for (facing, room) in rooms_of(&column, position, DVec3::new(middle, tier.surface, edge)) {
            rooms[facing as usize] = Some(room);
        }
        if let Some((size, front)) = column.tray {
            let base = DVec3::new(middle, tier.surface + REST, edge + front);
            let mut rng = seed.rng(&format!("scene/tray/{bay}/{}/{}", tier.shelf, column.position));
            let torn = rng.chance(recipe.details.torn_trays).then(|| rng.below(1 << 16));
            stocked.props.push(fixture::tray(size, base, &position.item.product, torn));
        } else if pushes {
            stocked.props.extend(pusher(&column, DVec3::new(middle, tier.surface, edge)));
        }
        for piece in column.pieces {
            stocked.units.push(unit(&piece, position, DVec3::new(middle, tier.surface, edge)));
        }
        let span = &mut spans[column.position];
        *span = (span.0.min(middle - column.half_width), span.1.max(middle + column.half_width));
        x = middle + column.half_width;
    }
    let order = |cell: &Cell| (cell.position, cell.facing, cell.level, cell.depth);
    stocked.units.sort_by_key(|unit| unit.cell.as_ref().map(order));
    stocked.spans = spans;
    stocked.cells = tier.positions.iter().flat_map(cells).collect();
    stocked
}

/// The plate that pushes a file of units forward, if there is room for it behind them; `origin` is the column's middle on
/// the shelf edge.
fn pusher(column: &Column, origin: DVec3) -> Option<Prop> {
    let rear = |piece: &Piece| piece.place.z - extents(&piece.item, piece.rotation).z;
    let back = column.pieces.iter().map(rear).min_by(f64::total_cmp)? - AIR;
    let lowest = column.pieces.iter().map(|piece| piece.item.size.y).min_by(f64::total_cmp)?;
    let front = origin + DVec3::Z * back;
    (front.z - PUSHER > Gondola::BACK)
        .then(|| fixture::pusher(front, 1.4 * column.half_width, (0.8 * lowest).min(0.12)))
}

/// A piece as a unit; `origin` is the column's middle on the shelf edge.
fn unit(piece: &Piece, position: &Position, origin: DVec3) -> Unit {
    let half = extents(&piece.item, piece.rotation);
    let middle = origin + piece.place + DVec3::Y * half.y;
    let rotation = piece.rotation * piece.item.face.rotation();
    let translation = middle - rotation * piece.item.look.model.bounds.center();
    let [facing, level, depth] = piece.slot;
    Unit {
        name: piece.item.product.name.clone(),
        product: Some(piece.item.product.clone()),
        look: piece.item.look.clone(),
        world_from_object: DAffine3::from_mat3_translation(rotation, translation),
        class: piece.item.class,
        cell: Some(cell(position, facing, level, depth)),
    }
}

/// The rooms of a column's files; `origin` is its middle on the shelf edge.
fn rooms_of(column: &Column, position: &Position, origin: DVec3) -> Vec<(u32, FileRoom)> {
    let width = position.item.size.x;
    let room = |facing: u32, x: f64, lift: f64, front: f64| {
        let sides = (origin.x + x - 0.5 * width, origin.x + x + 0.5 * width);
        (facing, FileRoom { sides, bottom: origin.y + lift, front: origin.z + front })
    };
    let Some((size, front)) = column.tray else { return vec![room(column.facing, 0.0, 0.0, -EDGE)] };
    let inside = size.x - 2.0 * TRAY_WALL;
    let middle = |facing: u32| (f64::from(facing) + 0.5) / f64::from(position.facings) * inside - 0.5 * inside;
    (0..position.facings).map(|facing| room(facing, middle(facing), REST + TRAY_WALL, front - TRAY_WALL)).collect()
}

/// All places of a position in their order.
fn cells(position: &Position) -> impl Iterator<Item = Cell> {
    (0..position.facings).flat_map(move |facing| {
        (0..position.levels)
            .flat_map(move |level| (0..position.deep).map(move |depth| cell(position, facing, level, depth)))
    })
}

fn cell(position: &Position, facing: u32, level: u32, depth: u32) -> Cell {
    let (place, product) = (&position.place, &position.item.product);
    Cell {
        bay: place.bay,
        shelf: place.shelf,
        position: place.position,
        facing,
        level,
        depth,
        expected_sku: product.sku.clone(),
        expected_gtin: product.gtin,
    }
}
