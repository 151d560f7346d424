package upgrade

import (
	"fmt"
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
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/store/format"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

func platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// chaos is how often everything happens, as HOLDFAST_CHAOS says; 0: the short form.
func chaos() int {
	n, _ := strconv.Atoi(os.Getenv("HOLDFAST_CHAOS")) // of none it is 0
	return n
}

// TestAVersionStaysWhereItIsGoodAndGoesByItselfWhereItIsNot is the life of one machine: versions that crash, hang and run
// the plant worse are reverted by it, with and without the cloud; power cuts leave the old one or the new one; a good one
// stays, and what it has written keeps an older one out.
func TestAVersionStaysWhereItIsGoodAndGoesByItselfWhereItIsNot(t *testing.T) {
	t.Parallel()
	v := set(t, "plant-7").sites[0]
	if r := v.known().Reported; r.Platform != platform() {
		t.Fatalf("the site says that it is for %q", r.Platform)
	}
	for how, reason := range map[string]string{"crash": "ended 3 times", "hang": "it hangs", "sick": "tags are Bad"} {
		v.reverts(how, reason)
	}
	v.revertsWithoutTheCloud()
	v.survivesPowerCuts()
	v.staysAndKeepsOlderOnesOut()
	v.isInTheAuditLog()
}

// place is what came of a version at the site.
func (v *site) place(version string, p *link.ProgramPolicy) rollout.Place {
	v.t.Helper()
	return v.ended(v.upgrade(version, p)).Sites[0]
}

// reverts brings in the version that does harm, which goes by itself.
func (v *site) reverts(how, reason string) {
	v.t.Helper()
	v.harm(how)
	p := policy()
	if how == "hang" {
		p.Window, p.Confirm, p.Start = time.Second, time.Second, time.Second
	}
	place := v.place(third, p)
	if place.State != rollout.Failed || !strings.HasPrefix(place.Reason, "failed: reverted: ") || !strings.Contains(place.Reason, reason) {
		v.t.Errorf("%s: it is %s: %s", how, place.State, place.Reason)
	}
	v.runs(first)
	if r := v.known().Reported; r.Program.Phase != "reverted" || r.Program.Version != third {
		v.t.Errorf("%s: the site reports %+v", how, r.Program)
	}
	v.form(1)
}

// form wants the directory to be of a format; the newest comes after the confirmation, which the cloud hears of first.
func (v *site) form(want int) {
	v.t.Helper()
	stage.Eventually(v.t, fmt.Sprintf("the directory has format %d", want), func() bool {
		n, err := format.Of(v.Data)
		return err == nil && n == want
	})
}

// revertsWithoutTheCloud brings in a good version that never sees the cloud: it waits until the way there is cut.
func (v *site) revertsWithoutTheCloud() {
	v.t.Helper()
	v.harm("wait")
	p := policy()
	p.Confirm = 2 * time.Second
	r := v.upgrade(third, p)
	stage.Eventually(v.t, "it is on trial", func() bool {
		text, _ := os.ReadFile(filepath.Join(v.Data, "program", "program.json"))
		return strings.Contains(string(text), `"trial"`)
	})
	v.way.Lead("")
	v.harm("")
	stage.Eventually(v.t, "it is reverted without the cloud", func() bool {
		text, _ := os.ReadFile(filepath.Join(v.Data, "program", "program.json"))
		return strings.Contains(string(text), "the cloud did not see it")
	})
	v.form(1)
	v.way.Lead(v.member.LinkAddress())
	if place := v.ended(r).Sites[0]; place.State != rollout.Failed || !strings.Contains(place.Reason, "the cloud did not see it") {
		v.t.Errorf("it is %s: %s", place.State, place.Reason)
	}
	v.runs(first)
}

// survivesPowerCuts goes from version to version, and cuts the power in between.
func (v *site) survivesPowerCuts() {
	v.t.Helper()
	seed := uint64(time.Now().UnixNano())
	v.t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	runs := first
	for range max(2, 5*chaos()) {
		next := second
		if runs == next {
			next = first
		}
		r := v.upgrade(next, policy())
		<-time.After(time.Duration(random.IntN(4000)) * time.Millisecond)
		v.Cut()
		switch place := v.ended(r).Sites[0]; {
		case place.State == rollout.Confirmed:
			runs = next
		case !strings.Contains(place.Reason, "nothing was changed") && !strings.Contains(place.Reason, "reverted"):
			v.t.Errorf("after a power cut: %s: %s", place.State, place.Reason)
		}
		v.runs(runs)
	}
	if runs != second {
		if place := v.place(second, policy()); place.State != rollout.Confirmed {
			v.t.Fatalf("the second version is %s: %s", place.State, place.Reason)
		}
		v.runs(second)
	}
	v.Cut()
	v.runs(second)
}

// staysAndKeepsOlderOnesOut brings in the version that writes a newer form.
func (v *site) staysAndKeepsOlderOnesOut() {
	v.t.Helper()
	if place := v.place(third, policy()); place.State != rollout.Confirmed {
		v.t.Fatalf("the third version is %s: %s", place.State, place.Reason)
	}
	v.runs(third)
	stage.Eventually(v.t, "the directory is of the newer form", func() bool { // which comes behind the confirmation
		n, err := format.Of(v.Data)
		return err == nil && n == 2
	})
	place := v.place(second, policy())
	if place.State != rollout.Failed || !strings.HasPrefix(place.Reason, "refused: ") || !strings.Contains(place.Reason, format.ErrNewer.Error()) {
		v.t.Errorf("an older version is %s: %s", place.State, place.Reason)
	}
	v.harm("crash") // it is confirmed: the launcher, too, knows that it cannot read what it wrote
	v.Cut()
	v.harm("")
	v.runs(third)
}

// isInTheAuditLog looks for what was done and reverted.
func (v *site) isInTheAuditLog() {
	v.t.Helper()
	var records []audit.Record
	if err := v.ask.Get(v.t.Context(), "/api/v1/audit", map[string][]string{"limit": {"10000"}}, &records); err != nil {
		v.t.Fatal(err)
	}
	results := map[string]int{}
	for _, r := range records {
		if r.What == "upgrade" && strings.HasPrefix(r.Target, "plant-7/program/") {
			results[r.Result]++
		}
	}
	if results["asked"] < 7 || results["failed"] < 4 || results["done"] < 2 || results["refused"] < 1 {
		v.t.Errorf("the audit log has %v", results)
	}
	if status := v.ask.Send(v.t.Context(), http.MethodPost, "/api/v1/sites/plant-7/commands", map[string]string{"kind": "upgrade", "target": "program/2.0.0"}, nil); status == nil {
		v.t.Error("an upgrade is taken that was not signed")
	}
}
