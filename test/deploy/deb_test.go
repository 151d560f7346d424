package deploy

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// image is a root directory that packages are installed into, without anything else.
type image struct {
	t    *testing.T
	root string
}

func newImage(t *testing.T) *image {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	if os.Geteuid() != 0 {
		t.Skip("only root gives files to others, as dpkg does")
	}
	for _, program := range []string{"dpkg", "dpkg-deb", "useradd"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("this is no Debian: %v", err)
		}
	}
	i := &image{t, t.TempDir()}
	for _, dir := range []string{"etc", "var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers"} {
		if err := os.MkdirAll(i.path(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"etc/passwd", "etc/group", "etc/shadow", "etc/gshadow", "var/lib/dpkg/status", "var/lib/dpkg/available"} {
		i.write(file, "")
	}
	return i
}

func (i *image) path(name string) string { return filepath.Join(i.root, name) }

func (i *image) write(name, text string) {
	i.t.Helper()
	if err := os.WriteFile(i.path(name), []byte(text), 0o644); err != nil {
		i.t.Fatal(err)
	}
}

func (i *image) read(name string) string {
	i.t.Helper()
	text, err := os.ReadFile(i.path(name))
	if err != nil {
		i.t.Error(err)
	}
	return string(text)
}

func (i *image) there(name string) bool {
	_, err := os.Lstat(i.path(name))
	return err == nil
}

// dpkg does something with packages. Its scripts run outside of the root, which has no shell.
func (i *image) dpkg(args ...string) {
	i.t.Helper()
	args = append([]string{"--root=" + i.root, "--force-script-chrootless", "--force-depends", "--log=" + i.path("log")}, args...)
	if out, err := exec.CommandContext(i.t.Context(), "dpkg", args...).CombinedOutput(); err != nil {
		i.t.Fatalf("dpkg %s: %v\n%s", args, err, out)
	}
}

// says is what the installed program says.
func (i *image) says(args ...string) string {
	i.t.Helper()
	out, err := exec.CommandContext(i.t.Context(), i.path("usr/bin/holdfast"), args...).CombinedOutput()
	if err != nil {
		i.t.Errorf("holdfast %s: %v", args, err)
	}
	return string(out)
}

// built is the program, for the machine that tests.
func built(t *testing.T) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), "holdfast")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags", "-s -w -X main.version=1.0.0", "-o", program, "../../cmd/holdfast")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

// packaged is the package of a version, as if the program was built at that moment.
func packaged(t *testing.T, program, version string, at time.Time) (file string) {
	t.Helper()
	if err := os.Chtimes(program, at, at); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "dpkg", "--print-architecture").Output()
	if err != nil {
		t.Fatal(err)
	}
	arch := strings.TrimSpace(string(out))
	file = filepath.Join(t.TempDir(), fmt.Sprintf("holdfast_%s_%s.deb", version, arch))
	pack := exec.CommandContext(t.Context(), "../../tools/deb.sh", arch, version, program, file)
	pack.Env = append(os.Environ(), "COMPRESSION=none")
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("pack: %v\n%s", err, out)
	}
	return file
}

func TestThePackageIsInstalledUpgradedRemovedAndPurged(t *testing.T) {
	i := newImage(t)
	program, at := built(t), time.Now().Add(-time.Hour).Truncate(time.Second) // dpkg-deb believes no time to come
	i.dpkg("--install", packaged(t, program, "1.0.0", at))
	wellFormed(t, i.path("lib/systemd/system/holdfast.service"), i.path("usr/bin/holdfast"))
	if said := i.says("version"); !strings.Contains(said, "1.0.0") {
		t.Errorf("it says that it is %s", said)
	}
	if said := i.says("check", i.path("etc/holdfast")); !strings.Contains(said, "all is well") {
		t.Errorf("the configuration that comes with it: %s", said)
	}
	i.ownsItsConfiguration()

	edited := "site: plant-7\n"
	i.write("etc/holdfast/site.yaml", edited)
	before, err := os.Stat(i.path("usr/bin/holdfast"))
	if err != nil {
		t.Fatal(err)
	}
	i.dpkg("--install", packaged(t, program, "1.1.0", at.Add(time.Minute)))
	if after, err := os.Stat(i.path("usr/bin/holdfast")); err != nil || after.ModTime().Equal(before.ModTime()) {
		t.Errorf("a node does not see that another program was installed: %v", err)
	}
	if text := i.read("etc/holdfast/site.yaml"); text != edited {
		t.Errorf("after the upgrade its configuration is %q", text)
	}
	if users := i.read("etc/passwd"); strings.Count(users, "\n") != 1 {
		t.Errorf("the users are %s", users)
	}

	if err := os.MkdirAll(i.path("var/lib/holdfast/log"), 0o700); err != nil {
		t.Fatal(err)
	}
	i.dpkg("--remove", "holdfast")
	if i.there("usr/bin/holdfast") || !i.there("etc/holdfast/site.yaml") || !i.there("var/lib/holdfast/log") {
		t.Error("a package that is removed takes its program, and neither configuration nor data")
	}
	i.dpkg("--purge", "holdfast")
	if i.there("etc/holdfast/site.yaml") || i.there("var/lib/holdfast") {
		t.Error("a package that is purged leaves something")
	}
}

// ownsItsConfiguration wants the node to be able to read its configuration, and nobody else.
func (i *image) ownsItsConfiguration() {
	i.t.Helper()
	var group uint32
	for line := range strings.Lines(i.read("etc/group")) {
		if _, err := fmt.Sscanf(line, "holdfast:x:%d:", &group); err == nil || group > 0 {
			break
		}
	}
	if group == 0 || !strings.Contains(i.read("etc/passwd"), fmt.Sprintf(":%d::/var/lib/holdfast:/usr/sbin/nologin", group)) {
		i.t.Errorf("the user is %s", i.read("etc/passwd"))
	}
	for name, want := range map[string]os.FileMode{"etc/holdfast": 0o750, "etc/holdfast/site.yaml": 0o640} {
		info, err := os.Stat(i.path(name))
		if err != nil {
			i.t.Error(err)
			continue
		}
		owner, ok := info.Sys().(*syscall.Stat_t)
		if !ok || owner.Uid != 0 || owner.Gid != group || info.Mode().Perm() != want {
			i.t.Errorf("%s is of %d:%d, with mode %v", name, owner.Uid, owner.Gid, info.Mode())
		}
	}
}
