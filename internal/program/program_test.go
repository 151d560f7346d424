package program

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fixture is a state with a version on trial, and the launcher's program.
func fixture(t *testing.T) (p *Programs, launcher string, stamp Stamp) {
	t.Helper()
	dir := t.TempDir()
	launcher = filepath.Join(dir, "holdfast")
	if err := os.WriteFile(launcher, []byte("a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	stamp, err := StampOf(launcher)
	if err != nil {
		t.Fatal(err)
	}
	return Open(dir), launcher, stamp
}

// chosen is what the next start runs.
func chosen(t *testing.T, p *Programs, stamp Stamp) string {
	t.Helper()
	c, err := p.choose(stamp, true)
	if err != nil {
		t.Fatal(err)
	}
	return c.digest
}

func (p *Programs) must(t *testing.T) State {
	t.Helper()
	s, err := p.State()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAVersionThatIsConfirmedStaysAndIsWhatTheNextOneFallsBackTo(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a", Key: "k1"}, launcher)); err != nil {
		t.Fatal(err)
	}
	if err := p.Begin(Trial{Digest: "b"}, launcher); !errors.Is(err, ErrBusy) {
		t.Errorf("another one at once: %v", err)
	}
	if got := chosen(t, p, stamp); got != "a" {
		t.Fatalf("%q is started", got)
	}
	if err := p.Confirm("a"); err != nil {
		t.Fatal(err)
	}
	if err := p.Begin(Trial{Digest: "a"}, launcher); !errors.Is(err, ErrSame) {
		t.Errorf("the same again: %v", err)
	}
	if err := errors.Join(p.Begin(Trial{Digest: "b", Key: "k2"}, launcher)); err != nil {
		t.Fatal(err)
	}
	for i := range mostStarts {
		if got := chosen(t, p, stamp); got != "b" {
			t.Errorf("start %d is of %q", i+1, got)
		}
	}
	if got := chosen(t, p, stamp); got != "a" {
		t.Errorf("after all its starts %q is started", got)
	}
	if s := p.must(t); s.Last == nil || s.Last.Key != "k2" || s.Last.Confirmed || !s.Last.Fresh || !strings.Contains(s.Last.Reason, "3 times") {
		t.Errorf("it ended as %+v", s.Last)
	}
	if err := p.Confirm("b"); !errors.Is(err, ErrNoTrial) {
		t.Errorf("confirmed after it was reverted: %v", err)
	}
}

func TestAStartThatWasCondemnedIsNotStartedAgainAndCannotBeConfirmed(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := p.Begin(Trial{Digest: "a", Patient: time.Second}, launcher); err != nil {
		t.Fatal(err)
	}
	chosen(t, p, stamp)
	if err := p.Condemn("a", 2, "another start"); !errors.Is(err, ErrNoTrial) {
		t.Errorf("another start is condemned: %v", err)
	}
	if err := p.Condemn("a", 1, "it hangs"); err != nil {
		t.Fatal(err)
	}
	if err := p.Confirm("a"); !errors.Is(err, ErrNoTrial) {
		t.Errorf("it is confirmed: %v", err)
	}
	if got := chosen(t, p, stamp); got != "" {
		t.Errorf("%q is started", got)
	}
	if s := p.must(t); s.Last.Reason != "it hangs" {
		t.Errorf("it ended as %+v", s.Last)
	}
}

func TestAnotherProgramOnTheMachineIsWhatIsWantedNowIfItCanReadTheData(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a"}, launcher), p.Confirm("a")); err != nil {
		t.Fatal(err)
	}
	another := Stamp{stamp.Size + 1, stamp.Modified}
	if c, err := p.choose(another, false); err != nil || c.digest != "a" {
		t.Errorf("one that cannot read the data: %q, %v", c.digest, err)
	}
	if c, err := p.choose(stamp, true); err != nil || c.digest != "" {
		t.Errorf("one that can: %q, %v", c.digest, err)
	}
}

func TestAVersionThatCannotBeStartedIsDroppedForWhatRanBefore(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a"}, launcher), p.Confirm("a"), p.Begin(Trial{Digest: "b"}, launcher), p.drop("b", "gone")); err != nil {
		t.Fatal(err)
	}
	if got := chosen(t, p, stamp); got != "a" {
		t.Errorf("%q is started", got)
	}
	if err := p.drop("a", "gone, too"); err != nil {
		t.Fatal(err)
	}
	if got := chosen(t, p, stamp); got != "" {
		t.Errorf("%q is started", got)
	}
	if s := p.must(t); !s.Last.Fresh || s.Last.Reason != "gone, too" {
		t.Errorf("it ended as %+v", s.Last)
	}
	if err := p.Seen(); err != nil || p.must(t).Last.Fresh {
		t.Errorf("it was seen: %v", err)
	}
}

func TestAStateThatCannotBeReadIsThatOfTheLauncher(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a"}, launcher), os.WriteFile(filepath.Join(p.dir, fileName), []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := p.State(); !errors.Is(err, ErrDamaged) {
		t.Errorf("damage is not told: %v", err)
	}
	if got := chosen(t, p, stamp); got != "" {
		t.Errorf("%q is started", got)
	}
	if err := p.Begin(Trial{Digest: "b"}, launcher); err != nil || p.must(t).Trial.Digest != "b" {
		t.Errorf("it is not taken up again: %v", err)
	}
}

// stuck has a state take nothing any more, as on a disk that is full.
func (p *Programs) stuck(t *testing.T) {
	t.Helper()
	lock := filepath.Join(p.dir, "lock")
	if err := errors.Join(os.Remove(lock), os.Mkdir(lock, 0o700)); err != nil {
		t.Fatal(err)
	}
}

func TestADiskThatTakesNothingKeepsWhatWasConfirmedRunning(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a"}, launcher), p.Confirm("a"), p.Begin(Trial{Digest: "b"}, launcher)); err != nil {
		t.Fatal(err)
	}
	p.stuck(t)
	c, err := p.choose(stamp, true)
	if err == nil || c.digest != "a" || c.start != 0 {
		t.Errorf("%+v is started where no start can be counted, and %v", c, err)
	}
	if c, err = p.choose(Stamp{1, 1}, false); err == nil || c.digest != "a" {
		t.Errorf("another launcher that cannot read the data: %+v, %v", c, err)
	}
	if c, err = p.choose(Stamp{1, 1}, true); err == nil || c.digest != "" {
		t.Errorf("another launcher that can: %+v, %v", c, err)
	}
}

func TestAStartThatChangesNothingWritesNothing(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a"}, launcher), p.Confirm("a"), p.Seen()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(p.dir, fileName)
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := chosen(t, p, stamp); got != "a" {
		t.Errorf("%q is started", got)
	}
	if err := p.Seen(); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was replaced: %v", err)
	}
}

func TestAHangThatCannotBeCondemnedIsEndedAllTheSame(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := p.Begin(Trial{Digest: "a"}, launcher); err != nil {
		t.Fatal(err)
	}
	chosen(t, p, stamp)
	if p.overdue(Guarded{Digest: "a", Start: 2}) {
		t.Error("another start than the one that hangs is ended")
	}
	if !p.overdue(Guarded{Digest: "a", Start: 1}) || p.must(t).Trial.Verdict == "" {
		t.Errorf("it is not condemned: %+v", p.must(t).Trial)
	}
	p.stuck(t)
	if !p.overdue(Guarded{Digest: "a", Start: 1}) {
		t.Error("it hangs for as long as the disk is full")
	}
}

func TestAnotherProgramOnTheMachineEndsATrial(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := p.Begin(Trial{Digest: "a", Key: "k1"}, launcher); err != nil {
		t.Fatal(err)
	}
	chosen(t, p, stamp)
	if c, err := p.choose(Stamp{stamp.Size, stamp.Modified + 1}, true); err != nil || c.digest != "" {
		t.Errorf("%+v is started, %v", c, err)
	}
	if s := p.must(t); s.Trial != nil || s.Last.Key != "k1" || s.Last.Confirmed || !strings.Contains(s.Last.Reason, "another program") {
		t.Errorf("the trial ended as %+v", s.Last)
	}
}

func TestWhatIsRevertedIsFollowedByWhatRanBefore(t *testing.T) {
	p, launcher, stamp := fixture(t)
	if err := errors.Join(p.Begin(Trial{Digest: "a"}, launcher), p.Confirm("a"), p.Begin(Trial{Digest: "b"}, launcher)); err != nil {
		t.Fatal(err)
	}
	if err := p.Revert("a", "another version"); !errors.Is(err, ErrNoTrial) {
		t.Errorf("what is current is reverted: %v", err)
	}
	if err := p.Revert("b", "tags are Bad"); err != nil {
		t.Fatal(err)
	}
	if err := p.Revert("b", "twice"); !errors.Is(err, ErrNoTrial) {
		t.Errorf("it is reverted twice: %v", err)
	}
	if got := chosen(t, p, stamp); got != "a" {
		t.Errorf("%q is started", got)
	}
}
