package state_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/bolt"
	"github.com/holdfast-edge/holdfast/store/state"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, dir string) *state.State {
	t.Helper()
	s, err := state.Open(state.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func reopen(t testing.TB, s *state.State, dir string) *state.State {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, dir)
}

func accept(t testing.TB, s *state.State, document string) state.Generation {
	t.Helper()
	g, err := s.Accept([]byte(document), "file site.yaml", noon)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// document returns what a generation says.
func document(t *testing.T, s *state.State, number uint64) string {
	t.Helper()
	text, err := s.Configuration(number)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

func TestAcceptedConfigurationsAreNumberedAndKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first, second := accept(t, s, "site: a"), accept(t, s, "site: b")
	if first.Number != 1 || second.Number != 2 || first.Digest == second.Digest {
		t.Fatalf("generations %d %s and %d %s", first.Number, first.Digest, second.Number, second.Digest)
	}
	if same := accept(t, s, "site: b"); same.Number != 2 {
		t.Errorf("the same configuration became generation %d", same.Number)
	}
	s = reopen(t, s, dir)
	g, err := s.Generation(1)
	if err != nil || document(t, s, 1) != "site: a" || !g.Accepted.Equal(noon) || g.Origin != "file site.yaml" || g.Digest != state.DigestOf([]byte("site: a")) {
		t.Errorf("came back as %+v, %v", g, err)
	}
	if _, err := s.Generation(7); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("generation 7: %v", err)
	}
	if _, err := s.Configuration(7); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("configuration 7: %v", err)
	}
}

func TestTheRunningTheConfirmedAndTheGivenGenerationAreKnownAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if _, err := s.Running(); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a new node runs: %v", err)
	}
	accept(t, s, "site: a")
	accept(t, s, "site: b")
	accept(t, s, "site: c")
	for _, err := range []error{s.Run(1), s.Confirm(1), s.Run(2), s.Give(3)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(9); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("runs a generation that is not there: %v", err)
	}
	s = reopen(t, s, dir)
	running, err := s.Running()
	if err != nil || running.Number != 2 {
		t.Errorf("running %d, %v", running.Number, err)
	}
	confirmed, err := s.Confirmed()
	if err != nil || confirmed.Number != 1 {
		t.Errorf("confirmed %d, %v", confirmed.Number, err)
	}
	given, err := s.Given()
	if err != nil || given.Number != 3 {
		t.Errorf("given %d, %v", given.Number, err)
	}
}

func TestOldGenerationsGoUnlessTheyArePointedTo(t *testing.T) {
	s := open(t, t.TempDir())
	accept(t, s, "the first")
	accept(t, s, "the second")
	if err := errors.Join(s.Confirm(1), s.Give(2)); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		accept(t, s, fmt.Sprintf("generation after %d", i))
	}
	all, err := s.Generations()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) > 23 || all[0].Number != 1 || all[1].Number != 2 || all[len(all)-1].Number != 62 {
		t.Errorf("%d generations from %d to %d", len(all), all[0].Number, all[len(all)-1].Number)
	}
}

func TestBootsThatNeverBecomeHealthyAreCounted(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	boot := func() state.Boot {
		b, err := s.BeginBoot(noon)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for want := range 3 {
		if b := boot(); b.Deaths != want || b.Number != uint64(want+1) {
			t.Fatalf("boot %d after %d deaths", b.Number, b.Deaths)
		}
		s = reopen(t, s, dir)
	}
	if err := s.MarkHealthy(); err != nil {
		t.Fatal(err)
	}
	if b := boot(); b.Deaths != 0 || b.Number != 4 {
		t.Errorf("boot %d after %d deaths", b.Number, b.Deaths)
	}
}

func TestDocumentsAreKeptBySpace(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Put("clock", "last", []byte("noon")); err != nil {
		t.Fatal(err)
	}
	if err := s.Put("audit", "last", []byte{}); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, dir)
	if d, err := s.Document("clock", "last"); err != nil || string(d) != "noon" {
		t.Errorf("%q, %v", d, err)
	}
	if d, err := s.Document("audit", "last"); err != nil || len(d) != 0 {
		t.Errorf("%q, %v", d, err)
	}
	if err := s.Remove("clock", "last"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Document("clock", "last"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("a removed document: %v", err)
	}
	if all, err := s.Documents("audit"); err != nil || len(all) != 1 {
		t.Errorf("%v, %v", all, err)
	}
	if all, err := s.Documents("nobody"); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
}

func TestADamagedFileIsPutAside(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	accept(t, s, "site: a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("no database "), 4000), 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	if told := s.Damage(); len(told) != 1 || !strings.Contains(told[0], "put aside") {
		t.Errorf("told %q", told)
	}
	if _, err := os.Stat(path + ".corrupt"); err != nil {
		t.Error(err)
	}
	if g := accept(t, s, "site: a"); g.Number != 1 {
		t.Errorf("generation %d", g.Number)
	}
}

func TestADamagedConfigurationIsNotRun(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	accept(t, s, "site: a")
	if err := s.Run(1); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state.db")
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	image = bytes.ReplaceAll(image, []byte("site: a"), []byte("site: z"))
	if err := os.WriteFile(path, image, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	if _, err := s.Running(); !errors.Is(err, bolt.ErrCorrupt) {
		t.Errorf("got %v", err)
	}
	if told := s.Damage(); len(told) != 1 || !strings.HasPrefix(told[0], "configuration 1: ") {
		t.Errorf("told %q", told)
	}
	if g := accept(t, s, "site: a"); g.Number != 2 {
		t.Errorf("the number of the damaged generation is used again: %d", g.Number)
	}
}
