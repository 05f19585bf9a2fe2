use super::*;

#[test]
fn no_effect_changes_a_label() {
    let mut scene = scenes::clutter(5, 96, 72);
    let settings = RenderSettings { samples: 1, ..RenderSettings::default() };
    let ideal = render_with(&scene, &settings);
    scene.photography = wild();
    let wild = render_with(&scene, &settings);
    assert_ne!(ideal.rgb(), wild.rgb());
    assert_eq!(ideal.silhouettes, wild.silhouettes);
    for plane in ideal.planes.keys().copied().filter(|plane| !plane.is_color()) {
        // Bit for bit, so that not-a-number would be seen as well.
        let bits = |frame: &Frame| format!("{:?}", frame.planes[&plane]);
        assert!(bits(&ideal) == bits(&wild) && ideal.planes[&plane] == wild.planes[&plane], "{plane} differs");
    }
}

#[test]
fn effects_of_no_strength_change_nothing() {
    let mut scene = scenes::clutter(6, 80, 60);
    let ideal = render(&scene, 4);
    let still = Motion { shutter_s: 0.02, readout_s: DVec2::new(0.0, 0.03), ..Motion::default() };
    let instant = Motion { velocity_m_s: DVec3::ONE, turning_rad_s: DVec3::ONE, ..Motion::default() };
    for motion in [still, instant] {
        scene.photography = Photography {
            lens: Lens { focus_m: 3.0, ..Lens::default() },
            motion,
            sharpening: Some(Sharpening { amount: 0.0, radius_px: 1.0 }),
            ..Photography::default()
        };
        assert_eq!(ideal.rgb(), render(&scene, 4).rgb());
    }
}
