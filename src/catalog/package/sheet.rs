use glam::DVec2;

/// The label artwork sheet of a package: its real size, and where each panel lies on it.
///
/// Millimetres, y down from the sheet's top left corner. Texture coordinates of the label slot are the position on the
/// sheet divided by the sheet's size, so artwork drawn in millimetres over the sheet fits without distortion.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// Width of the sheet.
    pub width_mm: f64,
    /// Height of the sheet.
    pub height_mm: f64,
    /// The panels; no two overlap, all lie on the sheet.
    pub panels: Vec<Panel>,
}

/// A rectangle of a [`Sheet`] that becomes one face of the package.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Panel {
    /// Which face; upright and unmirrored for somebody who looks at it.
    pub face: Face,
    /// Left border in millimetres from the sheet's left.
    pub x: f64,
    /// Upper border in millimetres from the sheet's top.
    pub y: f64,
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres.
    pub height: f64,
}

/// Side of a package that a panel covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Face {
    /// Faces +z.
    Front,
    /// Faces -z.
    Back,
    /// The viewer's left when the front is in view, -x.
    Left,
    /// The viewer's right when the front is in view, +x.
    Right,
    /// Faces upwards; its lower border is the front's upper one.
    Top,
    /// Faces downwards; its upper border is the front's lower one.
    Bottom,
    /// All around a body: the middle faces +z, the two ends meet at -z.
    Wrap,
}

impl Sheet {
    /// First panel of a face.
    #[must_use]
    pub fn panel(&self, face: Face) -> Option<Panel> {
        self.panels.iter().copied().find(|panel| panel.face == face)
    }

    /// Width and height in millimetres.
    pub(super) fn size(&self) -> DVec2 {
        DVec2::new(self.width_mm, self.height_mm)
    }

    /// One panel that goes all around.
    pub(super) fn wrap(width: f64, height: f64) -> Self {
        let panels = vec![Panel { face: Face::Wrap, x: 0.0, y: 0.0, width, height }];
        Self { width_mm: width, height_mm: height, panels }
    }

    /// Front and back side by side.
    pub(super) fn pair(width: f64, height: f64) -> Self {
        let panels = vec![
            Panel { face: Face::Front, x: 0.0, y: 0.0, width, height },
            Panel { face: Face::Back, x: width, y: 0.0, width, height },
        ];
        Self { width_mm: 2.0 * width, height_mm: height, panels }
    }

    /// The unfolded box: `left | front | right | back` in a row, the top above the front, the bottom below it. `top`
    /// is the height of the top panel.
    pub(super) fn unfolded(width: f64, height: f64, depth: f64, top: f64) -> Self {
        let panel = |face, x, y, width, height| Panel { face, x, y, width, height };
        let panels = vec![
            panel(Face::Front, depth, top, width, height),
            panel(Face::Left, 0.0, top, depth, height),
            panel(Face::Right, depth + width, top, depth, height),
            panel(Face::Back, 2.0 * depth + width, top, width, height),
            panel(Face::Top, depth, 0.0, width, top),
            panel(Face::Bottom, depth, top + height, width, depth),
        ];
        Self { width_mm: 2.0 * (width + depth), height_mm: top + height + depth, panels }
    }
}
