//! A map from questions to answers that many threads fill at once.

use std::borrow::Borrow;
use std::hash::{BuildHasher, BuildHasherDefault, Hash};

use parking_lot::RwLock;
use rustc_hash::{FxHashMap, FxHasher};

const SHARDS: usize = 32;

/// Remembers the answer to each question. No lock is held while an answer is worked out, so that answers may ask
/// further questions; two threads may work out the same answer, and the first one stays.
pub(super) struct Memo<K, V> {
    shards: [RwLock<FxHashMap<K, V>>; SHARDS],
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

/// Questions about a path: keyed by its text, as `Path` hashes and compares component by component, many times slower.
pub(super) type PathMemo<V> = Memo<String, V>;

impl<K: Hash + Eq + Clone, V: Clone> Memo<K, V> {
    /// A copy of those answers that `stands` says still hold.
    pub fn where_holds(&self, stands: impl Fn(&K, &V) -> bool) -> Self {
        let copy = |shard: &RwLock<FxHashMap<K, V>>| {
            let shard = shard.read();
            let kept = shard.iter().filter(|(key, value)| stands(key, value));
            RwLock::new(kept.map(|(key, value)| (key.clone(), value.clone())).collect())
        };
        let mut shards = self.shards.iter().map(copy);
        Self { shards: std::array::from_fn(|_| shards.next().unwrap_or_default()) }
    }

    /// The remembered answer, or `answer()`, remembered from now on.
    pub fn get<Q>(&self, key: &Q, answer: impl FnOnce() -> V) -> V
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        let hash = BuildHasherDefault::<FxHasher>::default().hash_one(key);
        let at = usize::try_from(hash >> 7).unwrap_or_default() % SHARDS;
        let Some(shard) = self.shards.get(at) else { return answer() };
        if let Some(value) = shard.read().get(key) {
            return value.clone();
        }
        let value = answer();
        shard.write().entry(key.to_owned()).or_insert(value).clone()
    }
}
