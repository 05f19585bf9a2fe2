use super::{Error, InstanceAnnotation};
use crate::frame::{Frame, Occlusion};

/// The occlusion graph of a frame, after a look at whether it agrees with what is seen: the body that is seen at a pixel
/// hides all others there.
pub(super) fn occlusion_graph(frame: &Frame, instances: &[InstanceAnnotation]) -> Result<Vec<Occlusion>, Error> {
    let edges = frame.occlusion.as_ref().ok_or(Error::MissingOcclusion)?;
    let contradiction = |edge: Occlusion, reason| Error::Occlusion { front: edge.front, behind: edge.behind, reason };
    if let Some(pair) = edges.windows(2).find(|pair| (pair[0].behind, pair[0].front) >= (pair[1].behind, pair[1].front))
    {
        return Err(contradiction(pair[1], "is out of order or there twice".to_owned()));
    }
    let pixels = |id: u32| instances.binary_search_by_key(&id, |unit| unit.id).map(|place| instances[place].amodal_px);
    for &edge in edges {
        let of_front = if edge.front == 0 { Ok(u32::MAX) } else { pixels(edge.front) };
        let (Ok(of_front), Ok(of_behind)) = (of_front, pixels(edge.behind)) else {
            return Err(contradiction(edge, "names a unit that is nowhere in the picture".to_owned()));
        };
        if edge.front == edge.behind || edge.px == 0 || edge.px > of_front.min(of_behind) {
            let reason = format!("has {} pixels, and the silhouettes {of_behind} and {of_front}", edge.px);
            return Err(contradiction(edge, reason));
        }
    }
    for unit in instances {
        for seen in &unit.occluded_by {
            let edge = Occlusion { behind: unit.id, front: seen.id, px: seen.px };
            let place = edges.binary_search_by_key(&(edge.behind, edge.front), |edge| (edge.behind, edge.front));
            let found = place.map_or(0, |place| edges[place].px);
            if found < seen.px {
                let reason =
                    format!("has {found} pixels, and {} of the silhouette behind show the one in front", seen.px);
                return Err(contradiction(edge, reason));
            }
        }
    }
    Ok(edges.clone())
}
