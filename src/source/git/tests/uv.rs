use super::super::{Repository, uv_checkout};
use super::{Sandbox, git, write};

#[test]
fn the_copy_of_a_url_is_found_by_what_git_noted_in_it() {
    let sandbox = Sandbox::new();
    let shared = sandbox.repository("shared", &[("a.py", "x = 1\n")]);
    let other = sandbox.repository("other", &[("a.py", "x = 2\n")]);
    git(&shared, &["tag", "v1.0"]);
    let cache = sandbox.root.join("cache");
    for (name, of) in [("9239b77904a8e7ff", &shared), ("0039b77904a8e7ff", &other)] {
        // As uv does it: an empty repository, and a fetch that names the URL.
        let copy = cache.join("git-v2/db").join(name);
        std::fs::create_dir_all(&copy).unwrap();
        git(&copy, &["init", "--quiet"]);
        let url = format!("file://{of}");
        git(
            &copy,
            &["fetch", "--quiet", "--force", "--update-head-ok", &url, "+HEAD:refs/remotes/origin/HEAD"],
        );
    }
    write(&cache, &[("git-v2/db/broken/x", ""), ("git-v2/locks/9239b77904a8e7ff", ""), ("git-v0", "")]);
    for url in
        [format!("file://{shared}"), format!("git+file://{shared}/.git?rev=v1.0#5f0"), shared.to_string()]
    {
        let copy = uv_checkout(&cache, &url).unwrap();
        assert_eq!(copy, cache.join("git-v2/db/9239b77904a8e7ff"), "{url}");
        let repository = Repository::open(&copy).unwrap();
        assert_eq!(repository.commit_of("v1.0").unwrap(), git(&shared, &["rev-parse", "HEAD"]));
    }
    assert_eq!(uv_checkout(&cache, "https://example.com/shared"), None);
    assert_eq!(uv_checkout(&sandbox.root.join("none"), shared.as_str()), None);
}
