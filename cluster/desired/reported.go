package desired

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Reported is what a site said last of what it runs.
type Reported struct {
	Site      string    `json:"site"`
	At        time.Time `json:"at"`
	Running   uint64    `json:"running" doc:"Generation; 0: none of the cloud's."`
	Digest    string    `json:"digest" doc:"Of the configuration that runs."`
	Confirmed uint64    `json:"confirmed"`
	Target    uint64    `json:"target" doc:"Generation in hand, or tried last."`
	Phase     string    `json:"phase" doc:"idle, fetching, held, applying, gating, waiting, confirmed, reverted, refused"`
	Reason    string    `json:"reason,omitempty"`
	Drift     bool      `json:"drift" doc:"What runs was changed on the site."`
	Detail    string    `json:"drift_detail,omitempty"`
	Health    Health    `json:"health"`
	Version   string    `json:"version" doc:"Of the node's program."`
	Platform  string    `json:"platform,omitempty" doc:"That its program is for; missing where that is not changed from here." example:"linux/arm64"`
	Program   Program   `json:"program,omitzero" doc:"The version that it was told to run last."`
}

// Program is a version that a site was told to run.
type Program struct {
	Digest  string `json:"digest"`
	Version string `json:"version"`
	Phase   string `json:"phase" doc:"trying, waiting, confirmed, reverted"`
	Reason  string `json:"reason,omitempty"`
}

// Health is how a site is, in numbers.
type Health struct {
	Devices    uint32 `json:"devices"`
	Away       uint32 `json:"devices_away"`
	Alarms     uint32 `json:"alarms"`
	Restarts   uint64 `json:"restarts"`
	RuleErrors uint64 `json:"rule_errors"`
	Tags       uint64 `json:"tags"`
	TagsBad    uint64 `json:"tags_bad"`
}

// ReportedOf reads what the node of a hello says.
func ReportedOf(site string, hello *wire.Hello, m *wire.Reported, at time.Time) Reported {
	h, p, version := m.GetHealth(), m.GetProgram(), hello.GetVersion()
	return Reported{
		Site: site, At: at.UTC(), Running: m.GetRunning(), Digest: link.Cut(m.GetDigest()), Confirmed: m.GetConfirmed(), Target: m.GetTarget(),
		Phase: link.Cut(m.GetPhase()), Reason: link.Cut(m.GetReason()), Drift: m.GetDrift(), Detail: link.Cut(m.GetDriftDetail()), Version: link.Cut(version),
		Platform: link.Cut(hello.GetPlatform()),
		Program:  Program{link.Cut(p.GetDigest()), link.Cut(p.GetVersion()), link.Cut(p.GetPhase()), link.Cut(p.GetReason())},
		Health: Health{
			Devices: h.GetDevices(), Away: h.GetDevicesAway(), Alarms: h.GetAlarms(), Restarts: h.GetRestarts(),
			RuleErrors: h.GetRuleErrors(), Tags: h.GetTags(), TagsBad: h.GetTagsBad(),
		},
	}
}

// Same tells whether two reports differ in nothing but their time and the numbers of health.
func (r Reported) Same(other Reported) bool {
	r.At, r.Health = other.At, other.Health
	return r == other
}

// Report enters what a site says, while the claim holds. What it made of a generation is in the audit log.
func (b *Book) Report(ctx context.Context, r Reported, claim kv.Check) error {
	before, err := b.Reported(ctx, r.Site)
	if err != nil && !errors.Is(err, ErrNone) {
		return err
	}
	if _, err := b.o.Store.Commit(ctx, kv.Txn{If: []kv.Check{claim}, Put: []kv.Put{{Key: ReportedPrefix + r.Site, Value: kv.Encode(r)}}}); err != nil {
		return err
	}
	result := r.outcome()
	if result == "" || r.Target == before.Target && r.Phase == before.Phase && r.Reason == before.Reason {
		return nil
	}
	return b.o.Audit.Write(ctx, audit.Record{
		Who: "site " + r.Site, What: "generation", Target: r.Site, Result: result,
		Detail: strings.TrimSuffix(fmt.Sprintf("%s of %d, runs %d: %s", r.Phase, r.Target, r.Running, r.Reason), ": "),
	})
}

// outcome is what a report says became of its target, as the audit log has it; empty where nothing has yet.
func (r Reported) outcome() string {
	switch {
	case r.Phase == "confirmed":
		return "done"
	case r.Phase == "refused":
		return "refused"
	case r.Phase == "reverted", r.Phase == "fetching" && r.Reason != "":
		return "failed"
	}
	return ""
}

// Reported returns what a site said last, or ErrNone.
func (b *Book) Reported(ctx context.Context, site string) (Reported, error) {
	r, _, err := kv.Load[Reported](ctx, b.o.Store, ReportedPrefix+site)
	if errors.Is(err, kv.ErrNotFound) {
		return r, fmt.Errorf("reported state of %s: %w", site, ErrNone)
	}
	return r, err
}
