use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::job::{Error, WorkerId};

/// Decides who may log in: it is given the token that somebody brings and the nkey that it has proved to have, and says
/// which worker that is, or why it is none. It may take a second or two to find out; several logins are looked at at a time.
pub type Gate = Box<dyn Fn(&str, &str) -> Result<WorkerId, String> + Send + Sync>;

/// Longest list of a lab's workers, bytes.
const MAX_LIST: u64 = 1 << 20;

/// The gate of a lab: a file with a line `worker nkey` for each worker; lines that begin with `#` are left out. It is read
/// at every login, so workers come and go without a restart; a token is not asked for.
///
/// # Errors
/// If the file cannot be read, or a line is none.
pub fn gate_of_file(path: &Path) -> Result<Gate, Error> {
    read_list(path)?;
    let path = PathBuf::from(path);
    Ok(Box::new(move |_, nkey| {
        let list = read_list(&path).map_err(|error| error.to_string())?;
        let found = list.into_iter().find(|(_, known)| known == nkey);
        found.map(|(worker, _)| worker).ok_or_else(|| format!("{nkey} is not in {}", path.display()))
    }))
}

fn read_list(path: &Path) -> Result<Vec<(WorkerId, String)>, Error> {
    let fail = |source| Error::read(path, source);
    let mut text = String::new();
    let read = File::open(path).map_err(fail)?.take(MAX_LIST + 1).read_to_string(&mut text).map_err(fail)?;
    if read as u64 > MAX_LIST {
        return Err(Error::invalid(path, "", format!("has more than {MAX_LIST} bytes")));
    }
    let mut list: Vec<(WorkerId, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let wrong = |message: String| Error::invalid(path, format!("line {number}"), message);
        let [name, nkey] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return Err(wrong(format!("{line:?} is no worker and its nkey")));
        };
        let worker: WorkerId = name.parse().map_err(wrong)?;
        let is_key = nkeys::KeyPair::from_public_key(nkey).is_ok() && nkey.starts_with('U');
        if !is_key {
            return Err(wrong(format!("{nkey:?} is no nkey of a user, U…")));
        }
        if list.iter().any(|(other, known)| *other == worker || known == nkey) {
            return Err(wrong(format!("{name} or its nkey stands in a line before")));
        }
        list.push((worker, nkey.to_owned()));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::queue::nats::Nkey;

    #[test]
    fn who_is_in_the_list_comes_in() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nkeys.txt");
        let (one, two) = (Nkey::new_user(), Nkey::new_user());
        std::fs::write(&path, format!("# the lab\n\nw1 {}\n", one.public())).expect("written");
        let gate = gate_of_file(&path).expect("a list");
        assert_eq!(gate("", one.public()).map(|worker| worker.to_string()), Ok("w1".to_owned()));
        assert!(gate("", two.public()).expect_err("unknown").contains(two.public()));

        std::fs::write(&path, format!("w2 {}\n", two.public())).expect("written");
        assert!(gate("", one.public()).is_err());
        assert_eq!(gate("", two.public()).map(|worker| worker.to_string()), Ok("w2".to_owned()));
    }

    #[test]
    fn a_wrong_list_is_an_error_that_names_the_line() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("nkeys.txt");
        let (user, account) = (Nkey::new_user(), Nkey::new_account());
        for wrong in [
            "w1".to_owned(),
            format!("w1 {} more", user.public()),
            format!("a.b {}", user.public()),
            format!("w1 {}", account.public()),
            format!("w1 {}", user.seed()),
        ] {
            std::fs::write(&path, format!("# list\n{wrong}\n")).expect("written");
            assert!(gate_of_file(&path).err().expect(&wrong).to_string().contains("line 2"), "{wrong}");
        }
        std::fs::write(&path, format!("w1 {0}\nw2 {0}\n", user.public())).expect("written");
        assert!(gate_of_file(&path).is_err(), "one key for two");
        assert!(gate_of_file(&folder.path().join("none")).is_err());
    }
}
