package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// plant is the node as the cloud sees it.
type plant struct{ n *Node }

var _ uplink.Plant = (*plant)(nil)

// Run carries out a command.
func (p *plant) Run(ctx context.Context, c uplink.Command) (uplink.Answer, error) {
	p.n.means.Logger.Info("command", "by", "cloud "+c.By, "verb", c.Kind, "path", c.Target, "key", c.Key)
	switch c.Kind {
	case uplink.KindRestart, "stop", "start":
		return p.command(ctx, console.Verb(c.Kind), c.Target)
	case "write":
		return p.write(ctx, c)
	case uplink.KindUpgrade:
		return p.n.upgrades.run(ctx, c)
	}
	return uplink.Answer{}, fmt.Errorf("%w: this node has no command called %q", uplink.ErrRefused, c.Kind)
}

// command commands an actor, or has the whole node start again.
func (p *plant) command(ctx context.Context, verb console.Verb, target string) (a uplink.Answer, err error) {
	path, err := p.n.plan().place(target)
	if err != nil {
		return a, errors.Join(uplink.ErrRefused, err)
	}
	if path == "/" {
		if verb != console.Restart || !p.n.cloud.canRestart {
			return a, fmt.Errorf("%w: a node as a whole is restarted, and only where its program can", uplink.ErrRefused)
		}
		p.n.Restart("the cloud has asked for it")
		<-ctx.Done() // the next start of the node is the outcome
		return a, ctx.Err()
	}
	if verb == console.Stop && (path == "/uplink" || strings.HasPrefix(path, "/uplink/")) {
		return a, fmt.Errorf("%w: this would cut the node off from the cloud, which then could not start it", uplink.ErrRefused)
	}
	err = p.n.Command(ctx, verb, path)
	if errors.Is(err, supervisor.ErrUnknown) || errors.Is(err, supervisor.ErrNotStopped) || errors.Is(err, supervisor.ErrRoot) {
		err = errors.Join(uplink.ErrRefused, err)
	}
	if t := p.n.Tree(); err == nil {
		if found := t.Find(path); found != nil {
			a.Detail = found.State
		}
	}
	return a, err
}

// written are the arguments of a write.
type written struct {
	Value json.RawMessage `json:"value"`
}

func (p *plant) write(ctx context.Context, c uplink.Command) (a uplink.Answer, err error) {
	device, name, ok := strings.Cut(c.Target, ".")
	var w written
	if err := json.Unmarshal(c.Arguments, &w); err != nil || !ok {
		return a, fmt.Errorf("%w: a write has the target DEVICE.TAG and the argument value", uplink.ErrRefused)
	}
	value, err := tag.ParseJSON(w.Value)
	if err != nil {
		return a, fmt.Errorf("%w: the value: %w", uplink.ErrRefused, err)
	}
	order := write.Command{Device: device, Tag: name, Value: value, By: "cloud " + c.By}
	if deadline, set := ctx.Deadline(); set {
		order.Deadline = deadline
	}
	if _, known := p.n.plan().paths[device]; !known {
		return a, fmt.Errorf("%w: no device is called %q", uplink.ErrRefused, device)
	}
	r, err := p.n.Write(ctx, order)
	if err != nil {
		return a, errors.Join(context.DeadlineExceeded, err) // it may have been sent
	}
	a.Detail = r.Outcome().String()
	switch r.Outcome() {
	case write.Refused:
		return a, fmt.Errorf("%w: %w", uplink.ErrRefused, r.Err)
	case write.Failed:
		return a, r.Err
	case write.Unknown:
		return a, errors.Join(context.DeadlineExceeded, r.Err)
	}
	return a, nil
}

// Answer answers a question.
func (p *plant) Answer(ctx context.Context, q *wire.Ask, part func([]byte) error) error {
	switch question := q.GetQuestion().(type) {
	case *wire.Ask_Query:
		return p.query(ctx, question.Query, part)
	case *wire.Ask_Status:
		return p.status(part)
	case *wire.Ask_DryRun:
		return p.dryRun(question.DryRun, part)
	case *wire.Ask_Values:
		return p.values(question.Values, part)
	case *wire.Ask_Logs:
		for _, e := range p.n.Events(question.Logs.GetAfter(), min(int(question.Logs.GetLimit()), 1000)) {
			if err := line(part, e); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("this node does not know that question")
}

// dryRun tells what a configuration would change, and changes nothing.
func (p *plant) dryRun(q *wire.DryRun, part func([]byte) error) error {
	files, err := link.DecodeBundle(q.GetBundle())
	if err != nil {
		return err
	}
	files, needed := link.Apart(files)
	parse := p.n.means.Components.Parse
	if len(needed) > 0 { // an artefact that is not here yet is fetched before it would be entered
		parse = p.n.means.Components.parseToRun
	}
	checked, err := p.n.check(sourcesOf(files), parse)
	if err != nil {
		return line(part, map[string]any{"ok": false, "problem": err.Error()})
	}
	changes := []string{}
	for _, c := range checked.Changes {
		changes = append(changes, strings.TrimSpace(string(c.Op)+" "+string(c.Kind)+" "+c.Name))
	}
	return line(part, map[string]any{"ok": true, "changes": changes, "restart": checked.Restart})
}

// line sends a value as a line of JSON.
func line(part func([]byte) error, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return part(append(text, '\n'))
}

// status is a node at a glance.
type status struct {
	Site    string           `json:"site"`
	Version string           `json:"version"`
	Started time.Time        `json:"started"`
	Trouble []string         `json:"trouble,omitempty"`
	Actors  []actorStatus    `json:"actors"`
	Devices []console.Device `json:"devices"`
	Sinks   []console.Sink   `json:"sinks"`
}

type actorStatus struct {
	Path     string `json:"path"`
	State    string `json:"state"`
	Restarts int    `json:"restarts"`
	Alarm    bool   `json:"alarm,omitempty"`
}

func (p *plant) status(part func([]byte) error) error {
	s := status{Site: p.n.Site(), Version: p.n.means.Version, Started: p.n.started, Trouble: p.n.Trouble(), Devices: p.n.Devices(false), Sinks: p.n.Sinks()}
	t := p.n.Tree()
	each(&t, func(a *supervisor.Tree) {
		s.Actors = append(s.Actors, actorStatus{a.Path, a.State, a.Restarts, a.Alarm})
	})
	return line(part, s)
}

// each calls visit for an actor and all below it.
func each(t *supervisor.Tree, visit func(*supervisor.Tree)) {
	visit(t)
	for i := range t.Children {
		each(&t.Children[i], visit)
	}
}

func (p *plant) values(q *wire.Values, part func([]byte) error) error {
	for _, d := range p.n.Devices(true) {
		if q.GetDevice() != "" && q.GetDevice() != d.Name {
			continue
		}
		for _, g := range d.Groups {
			for _, t := range g.Tags {
				if q.GetTag() != "" && q.GetTag() != t.Name {
					continue
				}
				s, ok := p.n.Sample(d.Name, t.Name)
				if !ok {
					continue
				}
				if err := part(append(tag.AppendSampleJSON(nil, s), '\n')); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Reaches tells whether the site's configuration lets a tunnel lead to an address.
func (p *plant) Reaches(address string) bool {
	return slices.ContainsFunc(p.n.site().Uplink.Tunnels, func(r config.Reach) bool { return r.Covers(address) })
}

// Desired takes an announcement.
func (p *plant) Desired(d *wire.Desired) { p.n.cloud.generations.announce(d) }

// Resume returns what came of an upgrade that an earlier process has begun.
func (p *plant) Resume(ctx context.Context, key string) (uplink.Answer, error) {
	return p.n.upgrades.resume(ctx, key)
}

// Confirmed takes the cloud's confirmation.
func (p *plant) Confirmed(c *wire.Confirmed) {
	if c.GetGeneration() > 0 {
		p.n.cloud.generations.confirm(c.GetGeneration())
	}
	p.n.upgrades.confirmedBy(c.GetProgram())
}

// Reported is what the node runs.
func (p *plant) Reported() *wire.Reported {
	r := p.n.cloud.generations.report()
	r.Health = p.health()
	return r
}

func (p *plant) health() *wire.Health {
	h := &wire.Health{}
	t := p.n.Tree()
	each(&t, func(a *supervisor.Tree) {
		h.Restarts += uint64(a.Restarts)
		if a.Alarm {
			h.Alarms++
		}
	})
	for _, d := range p.n.Devices(false) {
		h.Devices++
		if d.State != "polling" {
			h.DevicesAway++
		}
	}
	for _, r := range p.n.Rules() {
		h.RuleErrors += r.Failed
	}
	for _, good := range p.n.Health().Tags {
		if h.Tags++; !good {
			h.TagsBad++
		}
	}
	return h
}
