package node

import (
	"context"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/table"
)

// handoverLimit bounds how long a change waits for rules that have rows in hand,
// and for those that come. One that hangs does not hold the plant's messages
// longer: it may then miss some.
const handoverLimit = 2 * time.Second

// handover is a change of rules over streams whose messages go on coming:
//
//	hold the streams ─▶ rules evaluate what waits ─▶ old rules end ─▶ columns
//	        release ◀── new rules take rows ◀── new rules begin ◀───────┘
//
// So that every message is seen by the rules from before the change, or by those
// from after it, and by none twice. What cannot wait, as devices, is not held.
type handover struct {
	node     *Node
	releases []func()
}

// hold begins a handover: the streams that are touched take no more messages, and
// what they took has been evaluated.
func (n *Node) hold(ctx context.Context, last, next *scene, c change) *handover {
	h := &handover{node: n}
	before, after := last.plan.upstream(c.ends), next.plan.upstream(c.begins)
	restarted := map[string]bool{}
	for _, p := range c.ends {
		restarted[p.path()] = true
	}
	ctx, cancel := context.WithTimeout(ctx, handoverLimit)
	defer cancel()
	for _, s := range next.plan.streams {
		name := s.Stream.Name
		if !before.streams[name] && !after.streams[name] || restarted["/subscriptions/"+name] {
			continue
		}
		release, _ := s.Demand.Hold(ctx)
		h.releases = append(h.releases, release)
	}
	if len(h.releases) > 0 {
		n.settle(ctx, before.rules)
	}
	return h
}

// end has the new rules have what comes from now on.
func (h *handover) end(ctx context.Context, c change) {
	if len(h.releases) > 0 {
		h.node.settleWithin(ctx, c.begins)
	}
	h.release()
}

// release lets the messages go on. It may be called more than once.
func (h *handover) release() {
	for _, release := range h.releases {
		release()
	}
}

// settle waits until rules take rows and have evaluated what waited, one after
// the other, or until ctx is done.
func (n *Node) settle(ctx context.Context, rules []string) {
	for _, name := range rules {
		n.settled(ctx, "/rules/"+name, rule.Settle{})
	}
}

// settleWithin waits until the rules and tables among parts take rows, within the
// limit of a handover.
func (n *Node) settleWithin(ctx context.Context, parts []part) {
	ctx, cancel := context.WithTimeout(ctx, handoverLimit)
	defer cancel()
	for _, name := range partsBelow("/tables", parts) {
		n.settled(ctx, "/tables/"+name, table.Settle{})
	}
	n.settle(ctx, rulesOf(parts))
}

// settled asks an actor whether it is settled. One that cannot tell has nothing in
// hand, or has had its time.
func (n *Node) settled(ctx context.Context, path string, settle any) {
	if pid, ok := n.system.Lookup(path); ok {
		_, _ = n.system.Ask(ctx, pid, settle)
	}
}

// demand tells the subscriptions what the readers of a scene want.
func (p *plan) demand() {
	for _, s := range p.streams {
		s.Demand.Want(s.wanted)
	}
}

func rulesOf(parts []part) []string { return partsBelow("/rules", parts) }

// partsBelow lists the names of the parts below a parent.
func partsBelow(parent string, parts []part) (names []string) {
	for _, p := range parts {
		if p.parent == parent {
			names = append(names, p.spec.Name)
		}
	}
	return names
}

// sourcing is where rules have their rows from.
type sourcing struct {
	streams map[string]bool
	rules   []string // they and those that feed them, which come first
	met     map[string]bool
}

// upstream follows the rules and tables among parts to the streams at which their
// rows begin.
func (p *plan) upstream(parts []part) *sourcing {
	s := &sourcing{streams: map[string]bool{}, met: map[string]bool{}}
	byName := map[string]*rule.Config{}
	for i := range p.rules {
		byName[p.rules[i].Name] = &p.rules[i]
	}
	for _, name := range rulesOf(parts) {
		s.follow(byName, name)
	}
	for _, name := range partsBelow("/tables", parts) {
		for _, t := range p.tables {
			if t.config.Name == name {
				s.take(byName, t.fed)
			}
		}
	}
	return s
}

func (s *sourcing) follow(rules map[string]*rule.Config, name string) {
	c := rules[name]
	if c == nil || s.met[name] {
		return
	}
	s.met[name] = true
	for _, in := range c.Inputs {
		s.take(rules, in.Streams)
	}
	s.rules = append(s.rules, name)
}

func (s *sourcing) take(rules map[string]*rule.Config, streams []string) {
	for _, stream := range streams {
		s.streams[stream] = true
		s.follow(rules, stream)
	}
}
