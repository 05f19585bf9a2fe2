/// Most frames in one answer.
const MOST: usize = 1000;

/// What a filter asks for: frames with at least `units` units for which all of the rest holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// First of the matching frames to give, and how many.
    pub(super) from: u64,
    pub(super) count: usize,
    pub(super) category: Option<String>,
    /// Part of the name or the GTIN, in any case; empty for all.
    pub(super) product: String,
    /// Visibility fraction in percent, both ends included.
    pub(super) visibility: (u8, u8),
    /// Least number of other units in front.
    pub(super) occluders: u8,
    pub(super) units: u32,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            from: 0,
            count: 100,
            category: None,
            product: String::new(),
            visibility: (0, 100),
            occluders: 0,
            units: 0,
        }
    }
}

impl Query {
    /// Reads the part of a URL behind its question mark.
    ///
    /// # Errors
    /// For a field that is not known, or a value that is not right; says which.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value)?;
            let bad = |_| format!("{name}: {value:?} is no number in its range");
            match name {
                "from" => query.from = value.parse().map_err(bad)?,
                "count" => query.count = value.parse::<usize>().map_err(bad)?.min(MOST),
                "category" => query.category = (!value.is_empty()).then_some(value),
                "product" => query.product = value,
                "min_visibility" => query.visibility.0 = value.parse().map_err(bad)?,
                "max_visibility" => query.visibility.1 = value.parse().map_err(bad)?,
                "occluders" => query.occluders = value.parse().map_err(bad)?,
                "units" => query.units = value.parse().map_err(bad)?,
                _ => return Err(format!("there is no field {name:?}")),
            }
        }
        Ok(query)
    }

    /// Whether all frames are meant.
    pub(super) fn is_everything(&self) -> bool {
        *self == Self { from: self.from, count: self.count, ..Self::default() }
    }
}

/// Percent-encoding of forms (WHATWG URL, section 5).
fn decode(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let value = digit().zip(digit()).ok_or_else(|| format!("{text:?} is cut inside a %"))?;
                bytes.push((value.0 * 16 + value.1) as u8);
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| format!("{text:?} is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_or_refused() {
        let query = Query::parse("category=tea+%26+coffee&min_visibility=5&occluders=2&count=5000").expect("a query");
        assert_eq!(query.category.as_deref(), Some("tea & coffee"));
        assert_eq!((query.visibility, query.occluders, query.count), ((5, 100), 2, MOST));
        assert!(!query.is_everything());
        assert!(Query::parse("from=7").expect("a query").is_everything());
        for bad in ["from=-1", "min_visibility=300", "size=3", "product=%4", "product=%ff"] {
            assert!(Query::parse(bad).is_err(), "{bad}");
        }
    }
}
