package node

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/store/format"
)

// upgraded is a node that knows who signs for its cloud, and reaches nothing: what it is to run is there already.
type upgraded struct {
	*Node

	t   *testing.T
	dir string
	key ed25519.PrivateKey
}

const still = "site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\n"

// upgradable starts one, whose program is as its launcher says.
func upgradable(t *testing.T, text, dir, digest string) *upgraded {
	t.Helper()
	public, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	launcher, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := lives{t, dir, components(t)}.options(text)
	o.Self = &program.Self{Digest: digest, Launcher: launcher}
	n, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	// It has joined only now: nothing is dialled.
	if err := (enrol.Credentials{Site: "plant-7", Signers: [][]byte{public}}).Save(UplinkDir(dir)); err != nil {
		t.Fatal(err)
	}
	return &upgraded{n, t, dir, key}
}

// version is a program that says what it is when it is asked to check a configuration; it is kept as it was fetched.
func (u *upgraded) version(version string, newest int, more string) link.ProgramStatement {
	u.t.Helper()
	octets := fmt.Sprintf("#!/bin/sh\ncat > /dev/null\n%s\necho '{\"version\": %q, \"format\": %d}'\n", more, version, newest)
	sum := sha256.Sum256([]byte(octets))
	digest := hex.EncodeToString(sum[:])
	kept := filepath.Join(u.dir, "artefacts", digest)
	if err := errors.Join(os.MkdirAll(filepath.Dir(kept), 0o700), os.WriteFile(kept, []byte(octets), 0o600)); err != nil {
		u.t.Fatal(err)
	}
	return link.ProgramStatement{
		Site: "plant-7", Key: "k1", Digest: digest, Size: int64(len(octets)), Version: "2.0.0", Platform: Platform(), By: "anna", Policy: link.DefaultProgramPolicy(),
	}
}

// told is the command that has the node run what is signed.
func (u *upgraded) told(s link.ProgramStatement, key string) uplink.Command {
	u.t.Helper()
	signed, err := link.SignProgram(u.key, s)
	if err != nil {
		u.t.Fatal(err)
	}
	arguments, err := json.Marshal(signed)
	if err != nil {
		u.t.Fatal(err)
	}
	return uplink.Command{Key: key, Kind: uplink.KindUpgrade, Arguments: arguments}
}

// state is what is to run.
func (u *upgraded) state() program.State {
	u.t.Helper()
	s, err := program.Open(u.dir).State()
	if err != nil {
		u.t.Fatal(err)
	}
	return s
}

func TestAVersionIsRefusedBeforeAnythingChangesWhereSomethingIsWrongWithIt(t *testing.T) {
	u := upgradable(t, still, t.TempDir(), "")
	good := u.version("2.0.0", format.Newest, "")
	changed := func(change func(*link.ProgramStatement)) link.ProgramStatement {
		s := good
		change(&s)
		return s
	}
	damaged := u.version("2.0.0", format.Newest, "# some octets")
	if err := os.WriteFile(filepath.Join(u.dir, "artefacts", damaged.Digest), []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, refusal := range map[string]struct {
		statement link.ProgramStatement
		want      string
	}{
		"another site":                     {changed(func(s *link.ProgramStatement) { s.Site = "plant-8" }), link.ErrOtherSite.Error()},
		"another command":                  {changed(func(s *link.ProgramStatement) { s.Key = "k2" }), "it is for the command k2"},
		"another platform":                 {changed(func(s *link.ProgramStatement) { s.Platform = "plan9/mips" }), "the program is for plan9/mips, and this is"},
		"no digest":                        {changed(func(s *link.ProgramStatement) { s.Digest = "../state" }), "makes no sense"},
		"octets of another digest":         {damaged, "another digest"},
		"another version":                  {u.version("2.0.1", format.Newest, ""), "the program says that it is version 2.0.1, and 2.0.0 was signed"},
		"an older form of the data":        {u.version("2.0.0", format.Newest-1, ""), format.ErrNewer.Error()},
		"a configuration not to its taste": {u.version("2.0.0", format.Newest, "echo no such driver >&2; exit 2"), "does not take what runs here: exit status 2: no such driver"},
		"no program":                       {u.version("2.0.0", format.Newest, "echo '['; exit 0"), "does not take what runs here"},
	} {
		_, err := u.upgrades.run(t.Context(), u.told(refusal.statement, "k1"))
		if !errors.Is(err, uplink.ErrRefused) || !strings.Contains(err.Error(), refusal.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	stranger := *u
	if _, stranger.key, _ = ed25519.GenerateKey(nil); stranger.key != nil {
		if _, err := u.upgrades.run(t.Context(), stranger.told(good, "k1")); !errors.Is(err, uplink.ErrRefused) || !errors.Is(err, link.ErrSigner) {
			t.Errorf("another signer: %v", err)
		}
	}
	if s := u.state(); s.Trial != nil || s.Current != "" || u.onTrial() || u.Relaunching() {
		t.Errorf("something has changed: %+v", s)
	}
}

func TestAVersionThatIsTakenIsOnTrialAndTheNextOneIsTooMany(t *testing.T) {
	u := upgradable(t, still, t.TempDir(), "")
	s := u.version("2.0.0", format.Newest, "")
	running, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := u.upgrades.run(running, u.told(s, "k1"))
		ended <- err
	}()
	select {
	case <-u.Restarting():
	case err := <-ended:
		t.Fatal(err)
	}
	if !u.Relaunching() || !u.onTrial() {
		t.Error("the launcher is not asked to take over")
	}
	if trial := u.state().Trial; trial == nil || trial.Digest != s.Digest || trial.Key != "k1" || trial.By != "anna" || trial.Patient != s.Policy.Start+s.Policy.Window+s.Policy.Confirm {
		t.Errorf("on trial is %+v", trial)
	}
	again := s
	again.Key = "k2"
	if _, err := u.upgrades.run(t.Context(), u.told(again, "k2")); !errors.Is(err, uplink.ErrRefused) || !errors.Is(err, program.ErrBusy) {
		t.Errorf("the next one: %v", err)
	}
	waits, give := context.WithCancel(t.Context())
	give()
	if _, err := u.upgrades.resume(waits, "k1"); !errors.Is(err, context.Canceled) {
		t.Errorf("its outcome is told before it has one: %v", err)
	}
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the command ended with %v", err)
	}
}

// onTrialAlready is a directory whose last start made a version the one on trial.
func onTrialAlready(t *testing.T, digest string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	launcher, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Open(dir).Begin(program.Trial{Digest: digest, Version: "2.0.0", Key: "k1"}, launcher); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAVersionOnTrialDoesNotRunAlreadyBeforeItIsConfirmed(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	u := upgradable(t, still, onTrialAlready(t, digest), digest)
	s := link.ProgramStatement{
		Site: "plant-7", Key: "k2", Digest: digest, Size: 1, Version: "2.0.0", Platform: Platform(), Policy: link.DefaultProgramPolicy(),
	}
	if _, err := u.upgrades.run(t.Context(), u.told(s, "k2")); !errors.Is(err, program.ErrBusy) {
		t.Errorf("the same version once more, on trial: %v", err)
	}
	if err := u.upgrades.confirm(); err != nil {
		t.Fatal(err)
	}
	if a, err := u.upgrades.run(t.Context(), u.told(s, "k2")); err != nil || a.Detail != "it runs already" {
		t.Errorf("the same version once more: %+v, %v", a, err)
	}
	if a, err := u.upgrades.resume(t.Context(), "k1"); err != nil || a.Detail != "version 2.0.0" {
		t.Errorf("its outcome is %+v, %v", a, err)
	}
	if r := u.upgrades.report(); r.GetPhase() != "confirmed" || r.GetDigest() != digest {
		t.Errorf("it reports %v", r)
	}
}

func TestATrialThatEndedElsewhereIsTheOutcomeOfItsCommandAndOfNoOther(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	dir := onTrialAlready(t, digest)
	if err := program.Open(dir).Revert(digest, "it hangs"); err != nil {
		t.Fatal(err)
	}
	u := upgradable(t, still, dir, "")
	if _, err := u.upgrades.resume(t.Context(), "k1"); err == nil || err.Error() != "reverted: it hangs" {
		t.Errorf("its outcome is %v", err)
	}
	if _, err := u.upgrades.resume(t.Context(), "k0"); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("that of a command before is %v", err)
	}
	if r := u.upgrades.report(); r.GetPhase() != "reverted" || r.GetReason() != "it hangs" {
		t.Errorf("it reports %v", r)
	}
	if u.state().Last.Fresh {
		t.Error("the start has not taken note of it")
	}
}

func TestAPlantThatDoesNotPermitAVersionInTimeKeepsItsOwn(t *testing.T) {
	u := upgradable(t, large+"changes: {interlock: \"boiler.t = 1\"}\n", t.TempDir(), "")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	s := u.version("2.0.0", format.Newest, "")
	if err := u.upgrades.begin(over, s); err == nil || !strings.Contains(err.Error(), "the plant did not permit it in time") {
		t.Errorf("it is begun: %v", err)
	}
	if u.state().Trial != nil {
		t.Error("it is on trial")
	}
}

func TestProgramsAreKeptThatRunAndNoneIsCollectedWhereThatCannotBeRead(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	dir := onTrialAlready(t, digest)
	u := upgradable(t, still, dir, "")
	if named, err := u.named(); err != nil || !named[digest] {
		t.Errorf("kept are %v, %v", named, err)
	}
	file := filepath.Join(dir, "program", "program.json")
	if err := errors.Join(os.Remove(file), os.Mkdir(file, 0o700)); err != nil {
		t.Fatal(err)
	}
	if named, err := u.named(); err == nil {
		t.Errorf("kept are %v where nobody knows", named)
	}
	if err := errors.Join(os.Remove(file), os.WriteFile(file, []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := u.named(); err != nil {
		t.Errorf("damage keeps everything for ever: %v", err)
	}
}
