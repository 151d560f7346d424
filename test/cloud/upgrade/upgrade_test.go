package upgrade

import (
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/store/format"
)

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// cuts is how often the power is cut in the middle of an upgrade.
func cuts() int {
	n, err := strconv.Atoi(os.Getenv("HOLDFAST_CHAOS"))
	if err != nil {
		return 2
	}
	return 5 * n
}

// TestAVersionStaysWhereItIsGoodAndGoesByItselfWhereItIsNot is the life of one machine: versions that crash, hang and run
// the plant worse are reverted by it, with and without the cloud; power cuts leave the old one or the new one; a good one
// stays, and what it has written keeps an older one out.
func TestAVersionStaysWhereItIsGoodAndGoesByItselfWhereItIsNot(t *testing.T) {
	s := set(t)
	if r := s.site().Reported; r.Platform != platform() {
		t.Fatalf("the site says that it is for %q", r.Platform)
	}
	for how, reason := range map[string]string{"crash": "ended 3 times", "hang": "it hangs", "sick": "tags are Bad"} {
		s.reverts(how, reason)
	}
	s.revertsWithoutTheCloud()
	s.survivesPowerCuts()
	s.staysAndKeepsOlderOnesOut()
	s.isInTheAuditLog()
}

// reverts brings in the version that does harm, which goes by itself.
func (s *scene) reverts(how, reason string) {
	s.t.Helper()
	s.machine.harm(how)
	p := policy()
	if how == "hang" {
		p.Window, p.Confirm, p.Start = time.Second, time.Second, time.Second
	}
	place := s.ended(s.upgrade("3.0.0", p))
	if place.State != rollout.Failed || !strings.HasPrefix(place.Reason, "failed: reverted: ") || !strings.Contains(place.Reason, reason) {
		s.t.Errorf("%s: it is %s: %s", how, place.State, place.Reason)
	}
	s.runs("1.0.0")
	if r := s.site().Reported; r.Program.Phase != "reverted" || r.Program.Version != "3.0.0" {
		s.t.Errorf("%s: the site reports %+v", how, r.Program)
	}
	s.form(1)
}

// form wants the directory to be of a format.
func (s *scene) form(want int) {
	s.t.Helper()
	if n, err := format.Of(s.machine.data); err != nil || n != want {
		s.t.Errorf("the directory has format %d, want %d: %v", n, want, err)
	}
}

// revertsWithoutTheCloud brings in a good version that never sees the cloud.
func (s *scene) revertsWithoutTheCloud() {
	s.t.Helper()
	s.machine.harm("")
	to := s.way.to
	p := policy()
	p.Confirm = 2 * time.Second
	r := s.upgrade("3.0.0", p)
	eventually(s.t, "it is on trial", func() bool {
		text, _ := os.ReadFile(filepath.Join(s.machine.data, "program", "program.json"))
		return strings.Contains(string(text), `"trial"`)
	})
	s.way.lead("")
	eventually(s.t, "it is reverted without the cloud", func() bool {
		text, _ := os.ReadFile(filepath.Join(s.machine.data, "program", "program.json"))
		return strings.Contains(string(text), "the cloud did not see it")
	})
	s.form(1)
	s.way.lead(to)
	if place := s.ended(r); place.State != rollout.Failed || !strings.Contains(place.Reason, "the cloud did not see it") {
		s.t.Errorf("it is %s: %s", place.State, place.Reason)
	}
	s.runs("1.0.0")
}

// survivesPowerCuts goes from version to version, and cuts the power in between.
func (s *scene) survivesPowerCuts() {
	s.t.Helper()
	seed := uint64(time.Now().UnixNano())
	s.t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	runs := "1.0.0"
	for range cuts() {
		next := "2.0.0"
		if runs == next {
			next = "1.0.0"
		}
		r := s.upgrade(next, policy())
		<-time.After(time.Duration(random.IntN(4000)) * time.Millisecond)
		s.machine.cut()
		switch place := s.ended(r); {
		case place.State == rollout.Confirmed:
			runs = next
		case !strings.Contains(place.Reason, "nothing was changed") && !strings.Contains(place.Reason, "reverted"):
			s.t.Errorf("after a power cut: %s: %s", place.State, place.Reason)
		}
		s.runs(runs)
	}
	if runs != "2.0.0" {
		if place := s.ended(s.upgrade("2.0.0", policy())); place.State != rollout.Confirmed {
			s.t.Fatalf("the second version is %s: %s", place.State, place.Reason)
		}
		s.runs("2.0.0")
	}
	s.machine.cut()
	s.runs("2.0.0")
}

// staysAndKeepsOlderOnesOut brings in the version that writes a newer form.
func (s *scene) staysAndKeepsOlderOnesOut() {
	s.t.Helper()
	if place := s.ended(s.upgrade("3.0.0", policy())); place.State != rollout.Confirmed {
		s.t.Fatalf("the third version is %s: %s", place.State, place.Reason)
	}
	s.runs("3.0.0")
	s.form(2)
	place := s.ended(s.upgrade("2.0.0", policy()))
	if place.State != rollout.Failed || !strings.HasPrefix(place.Reason, "refused: ") || !strings.Contains(place.Reason, format.ErrNewer.Error()) {
		s.t.Errorf("an older version is %s: %s", place.State, place.Reason)
	}
	s.machine.harm("crash") // it is confirmed: the launcher, too, knows that it cannot read what it wrote
	s.machine.cut()
	s.machine.harm("")
	s.runs("3.0.0")
}

// isInTheAuditLog looks for what was done and reverted.
func (s *scene) isInTheAuditLog() {
	s.t.Helper()
	var records []audit.Record
	if err := s.ask.Get(s.t.Context(), "/api/v1/audit", map[string][]string{"limit": {"10000"}}, &records); err != nil {
		s.t.Fatal(err)
	}
	results := map[string]int{}
	for _, r := range records {
		if r.What == "upgrade" && strings.HasPrefix(r.Target, "plant-7/program/") {
			results[r.Result]++
		}
	}
	if results["asked"] < 7 || results["failed"] < 4 || results["done"] < 2 || results["refused"] < 1 {
		s.t.Errorf("the audit log has %v", results)
	}
	if status := s.ask.Send(s.t.Context(), http.MethodPost, "/api/v1/sites/plant-7/commands", map[string]string{"kind": "upgrade", "target": "program/2.0.0"}, nil); status == nil {
		s.t.Error("an upgrade is taken that was not signed")
	}
}
