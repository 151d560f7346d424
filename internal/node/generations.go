package node

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/store/artefacts"
	"github.com/holdfast-edge/holdfast/store/state"
)

// Where the node keeps what the cloud told it last.
const (
	generationSpace = "uplink/generation"
	generationKey   = "last"
)

// cloudOrigin begins the origin of a generation that is the cloud's; the cloud's number follows.
const cloudOrigin = "cloud "

// told is the generation of the cloud that was tried last, and how that ended where nothing was entered.
type told struct {
	Number uint64 `json:"number"`
	Digest string `json:"digest"` // of the canonical configuration; empty until it was checked
	Phase  string `json:"phase"`  // fetching or refused; empty: as the change says
	Reason string `json:"reason"`
}

// generations brings in what the cloud announces: it verifies, fetches, and proposes; package reconcile does the rest. A
// generation is tried once, whatever comes of it.
type generations struct {
	n      *Node
	dir    string
	waking chan struct{}

	mu        sync.Mutex
	last      told
	pending   *wire.Desired // announced and not tried yet
	latest    *wire.Desired // announced last, for when the site drifts from it
	unfetched told          // number and reason of one that cannot be fetched at this moment
	confirms  uint64        // the cloud's number that the cloud has confirmed
}

func openGenerations(n *Node, dir string) *generations {
	g := &generations{n: n, dir: dir, waking: make(chan struct{}, 1)}
	text, err := n.life.state.Document(generationSpace, generationKey)
	if errors.Is(err, state.ErrNotFound) {
		return g
	}
	if err == nil {
		err = json.Unmarshal(text, &g.last)
	}
	if err != nil { // it is damaged: what the cloud announces is tried once more
		n.means.Logger.Error("what the cloud said last", "error", err)
		g.last = told{}
	}
	return g
}

// announce takes what the cloud says that the site shall run; a later announcement takes the place of an earlier one.
func (g *generations) announce(d *wire.Desired) {
	g.mu.Lock()
	g.pending = d
	g.mu.Unlock()
	g.wake()
}

// confirm takes the cloud's word that it sees a generation run.
func (g *generations) confirm(number uint64) {
	g.mu.Lock()
	g.confirms = number
	g.mu.Unlock()
	g.wake()
}

// wake has run look again. It never waits.
func (g *generations) wake() {
	select {
	case g.waking <- struct{}{}:
	default:
	}
}

// run tries what is announced, one after the other, until ctx is done.
func (g *generations) run(ctx context.Context) error {
	for {
		g.passConfirmation()
		d := g.due()
		if d != nil && g.try(ctx, d) {
			g.mu.Lock()
			if g.pending == d {
				g.pending = nil
			}
			g.mu.Unlock()
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-g.waking:
		case <-time.After(tryAgain):
		}
	}
}

// due returns what is to be tried: what was announced, or what the site has drifted from, where its policy does not keep
// that.
func (g *generations) due() *wire.Desired {
	g.mu.Lock()
	pending, latest, last := g.pending, g.latest, g.last
	g.mu.Unlock()
	if pending != nil || latest == nil {
		return pending
	}
	if s, err := g.verify(latest); err == nil && s.Generation == last.Number && g.override(s, last) {
		return latest
	}
	return nil
}

// tryAgain is when an announcement is looked at again that could not be fetched, or has another change before it.
const tryAgain = 5 * time.Second

// passConfirmation confirms the change on trial, where the cloud means that one.
func (g *generations) passConfirmation() {
	g.mu.Lock()
	number := g.confirms
	g.mu.Unlock()
	c, ok := g.n.changes.Status()
	if !ok || number == 0 || c.State != reconcile.Awaiting || numberOf(c.Origin) != number {
		return
	}
	if err := g.n.changes.Confirm(c.Generation); err != nil {
		g.n.means.Logger.Warn("a change was not confirmed", "generation", number, "error", err)
	}
}

// try brings in one announcement; false where it is to be tried again.
func (g *generations) try(ctx context.Context, d *wire.Desired) bool {
	if g.n.onTrial() {
		return ctx.Err() != nil
	}
	s, err := g.verify(d)
	if err != nil {
		g.n.means.Logger.Warn("a generation of the cloud is not believed", "error", err)
		g.mu.Lock()
		last := g.last
		g.mu.Unlock()
		last.Phase, last.Reason = "refused", err.Error()
		g.remember(last)
		return true
	}
	g.mu.Lock()
	last := g.last
	if s.Generation >= last.Number {
		g.latest = d
	}
	g.mu.Unlock()
	if s.Generation < last.Number || s.Generation == last.Number && !g.override(s, last) {
		return true // it was tried, or is an old one that was kept and sent again
	}
	bundle, err := g.n.cloud.env.Fetch(ctx, s.Digest, s.Size)
	if err != nil {
		g.n.means.Logger.Warn("a generation of the cloud was not fetched", "generation", s.Generation, "error", err)
		g.fetching(s.Generation, err)
		return ctx.Err() != nil
	}
	files, err := link.DecodeBundle(bundle)
	if err != nil {
		return g.refuse(s, err)
	}
	files, needed := link.Apart(files)
	list := referencesOf(needed)
	defer g.n.artefacts.Need(list)()
	if err := g.n.fetch(ctx, list); err != nil {
		g.n.means.Logger.Warn("what a generation of the cloud needs was not fetched", "generation", s.Generation, "error", err)
		if errors.Is(err, artefacts.ErrDigest) { // it would come again as it came now
			g.fetching(0, nil)
			return g.refuse(s, err)
		}
		g.fetching(s.Generation, err)
		return ctx.Err() != nil
	}
	g.fetching(0, nil)
	return g.propose(s, files)
}

// refuse has a generation be one that is not entered.
func (g *generations) refuse(s link.Statement, why error) bool {
	g.remember(told{Number: s.Generation, Phase: "refused", Reason: link.Cut(why.Error())})
	return true
}

// fetching reports that a generation cannot be fetched, and why; 0 that none is in hand.
func (g *generations) fetching(number uint64, why error) {
	g.mu.Lock()
	before := g.unfetched
	g.unfetched = told{Number: number}
	if why != nil {
		g.unfetched.Reason = link.Cut(why.Error())
	}
	changed := g.unfetched != before
	g.mu.Unlock()
	if changed {
		g.n.reportToCloud()
	}
}

// verify checks whose word it is. The signers are those of the last renewal.
func (g *generations) verify(d *wire.Desired) (link.Statement, error) {
	credentials, err := enrol.Load(g.dir)
	if err != nil {
		return link.Statement{}, err
	}
	return link.VerifyStatement(d, credentials.SignerKeys(), credentials.Site)
}

// override tells whether a generation that was confirmed is to be entered again, since the site was changed locally. Each
// local change is overridden once: where that was reverted, the plant is better off as it is.
func (g *generations) override(s link.Statement, last told) bool {
	if s.Policy.KeepDrift || last.Phase != "" || !g.report().GetDrift() {
		return false
	}
	running, err := g.n.life.state.Running()
	return err == nil && !g.gaveWayTo(s.Generation, running.Number)
}

// gaveWayTo tells whether a generation was tried last in the place of what runs, and did not stay, or is on its way out: by
// the records on the disk, since a power cut is a reason to revert, too.
func (g *generations) gaveWayTo(number, running uint64) bool {
	if c, ok := g.n.changes.Status(); ok && numberOf(c.Origin) == number && !c.State.Ended() {
		return true
	}
	ends, err := g.n.changes.Ends()
	for _, c := range slices.Backward(ends) {
		if numberOf(c.Origin) == number {
			return c.State != reconcile.Confirmed && c.Before == running
		}
	}
	return err != nil
}

// propose hands the configuration to the node's own changes.
func (g *generations) propose(s link.Statement, files []link.File) bool {
	p := g.proposal(s, files)
	p.DryRun = true
	checked, _, err := g.n.changes.Propose(p)
	if err != nil {
		return g.refuse(s, err)
	}
	for _, c := range checked.Changes {
		if c.Kind == config.KindUplink || checked.Restart {
			p.Confirm = s.Policy.ConfirmIn
		}
	}
	p.DryRun = false
	if r := g.report(); r.GetDrift() {
		g.n.means.Logger.Warn("a local change is overridden by what the cloud says", "generation", s.Generation, "change", r.GetDriftDetail())
	}
	_, _, err = g.n.changes.Propose(p)
	if errors.Is(err, reconcile.ErrBusy) {
		return false
	}
	if err != nil {
		return g.refuse(s, err)
	}
	g.remember(told{Number: s.Generation, Digest: g.digestOf(checked)})
	return true
}

// digestOf is what runs when a generation runs. One that changes nothing, a comment apart, is not entered: what runs already
// is it.
func (g *generations) digestOf(checked reconcile.Checked) string {
	if running, err := g.n.life.state.Running(); err == nil && len(checked.Changes) == 0 {
		return running.Digest.String()
	}
	return state.DigestOf(checked.Document).String()
}

func (g *generations) proposal(s link.Statement, files []link.File) reconcile.Proposal {
	says := g.n.site().Changes
	return reconcile.Proposal{
		Sources: sourcesOf(files), Origin: cloudOrigin + strconv.FormatUint(s.Generation, 10), Hold: s.Policy.HoldFor,
		Gate: reconcile.Gate{
			Window: s.Policy.HealthWindow, Good: 1 - s.Policy.MaxBadTags, Failed: says.MaxFailed / 100, Restarts: s.Policy.MaxRestarts,
		},
	}
}

func sourcesOf(files []link.File) (sources []config.Source) {
	for _, f := range files {
		sources = append(sources, config.Source{Name: f.Name, Data: []byte(f.Data)})
	}
	return sources
}

// remember keeps what became of an announcement, and reports it.
func (g *generations) remember(t told) {
	text, err := json.Marshal(t)
	if err == nil {
		err = g.n.life.state.Put(generationSpace, generationKey, text)
	}
	if err != nil {
		g.n.means.Logger.Error("what became of a generation was not kept", "generation", t.Number, "error", err)
	}
	g.mu.Lock()
	g.last = t
	g.mu.Unlock()
	g.n.reportToCloud()
}

// numberOf is the cloud's number of a generation; 0 where it is not the cloud's.
func numberOf(origin string) uint64 {
	text, ok := strings.CutPrefix(origin, cloudOrigin)
	if !ok {
		return 0
	}
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0
	}
	return number
}

// report is what the node runs, in the cloud's numbers.
func (g *generations) report() *wire.Reported {
	g.mu.Lock()
	last, unfetched := g.last, g.unfetched
	g.mu.Unlock()
	r := &wire.Reported{Target: last.Number, Phase: last.Phase, Reason: last.Reason}
	number := func(s state.Generation) uint64 {
		if last.Digest != "" && s.Digest.String() == last.Digest {
			return last.Number
		}
		return numberOf(s.Origin)
	}
	running, err := g.n.life.state.Running()
	if err == nil {
		r.Running, r.Digest = number(running), running.Digest.String()
	}
	if confirmed, err := g.n.life.state.Confirmed(); err == nil {
		r.Confirmed = number(confirmed)
	}
	if c, ok := g.n.changes.Status(); r.Phase == "" && ok && numberOf(c.Origin) == last.Number && last.Number > 0 {
		r.Phase, r.Reason = phaseOf(c.State), c.Reason
	}
	r.Drift = last.Digest != "" && err == nil && r.Running == 0
	if r.Drift {
		r.DriftDetail = "runs what came from: " + running.Origin
	}
	if r.Phase == "" {
		r.Phase = settledPhase(r)
	}
	r.Program = g.n.upgrades.report()
	if unfetched.Number > 0 {
		r.Target, r.Phase, r.Reason = unfetched.Number, "fetching", unfetched.Reason
	}
	return r
}

// settledPhase is the phase of a node on which no change is in hand, as after a start.
func settledPhase(r *wire.Reported) string {
	switch {
	case r.GetTarget() == 0:
		return "idle"
	case r.GetRunning() == r.GetTarget():
		return "confirmed"
	}
	return "reverted"
}

func phaseOf(s reconcile.State) string {
	switch s {
	case reconcile.Holding:
		return "held"
	case reconcile.Restarting, reconcile.Entering:
		return "applying"
	case reconcile.Trying:
		return "gating"
	case reconcile.Awaiting:
		return "waiting"
	case reconcile.Reverting:
		return "reverting"
	case reconcile.Confirmed:
		return "confirmed"
	case reconcile.Reverted:
		return "reverted"
	}
	return "refused"
}
