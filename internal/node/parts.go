package node

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/actors/subscription"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// part is an actor that a site asks for. A part that is made of the same in two
// scenes is left alone when one follows the other.
type part struct {
	parent string
	spec   supervisor.Spec
	made   string // everything that the actor is made of
}

func (p part) path() string { return p.parent + "/" + p.spec.Name }

// parts lists the actors of a scene in the order in which they start: what takes
// data before what gives it, and what shows it last.
func (n *Node) parts(s *scene) (all []part) {
	return slices.Concat(n.uplinkParts(s), n.sinkParts(s), n.tableParts(s), n.ruleParts(s), n.subscriptionParts(s), n.endpointParts(s), n.deviceParts(s), n.serverParts(s))
}

func (n *Node) endpointParts(s *scene) (all []part) {
	env := n.endpointEnv(s)
	for _, c := range s.plan.endpoints {
		all = append(all, part{"/endpoints", endpoint.Spec(env, c), c.Device.Driver + " " + c.Device.Endpoint.String()})
	}
	return all
}

func (n *Node) deviceParts(s *scene) (all []part) {
	env := n.endpointEnv(s)
	for _, d := range s.plan.devices {
		parent := "/endpoints/" + endpoint.Name(d.config)
		all = append(all, part{parent, endpoint.Device(env, d.driver, d.config), s.digests[config.KindDevice][d.config.Name]})
	}
	return all
}

func (n *Node) endpointEnv(s *scene) endpoint.Env {
	return endpoint.Env{
		Site: s.site.Name, Schemas: s.plan.schemas, System: n.system, Bus: n.bus, Logger: n.means.Logger,
		Meter: n.devices.of, Wrote: n.journal.wrote, Now: time.Now, Random: rand.Float64,
		Tap: func(endpoint string) protocols.Tap { return n.recorders.of(endpoint) },
	}
}

func (n *Node) subscriptionParts(s *scene) (all []part) {
	env := subscription.Env{
		Site: s.site.Name, System: n.system, Bus: n.bus, Logger: n.means.Logger,
		Now: time.Now, Meter: n.streams.of, Refused: n.journal.messageRefused,
	}
	for _, c := range s.plan.streams {
		all = append(all, part{"/subscriptions", subscription.Spec(env, c.Config), s.digests[config.KindStream][c.Stream.Name]})
	}
	return all
}

func (n *Node) ruleEnv(s *scene) rule.Env {
	return rule.Env{
		Site: s.site.Name, System: n.system, Bus: n.bus, Log: n.log, Evaluators: n.evaluators, Now: time.Now,
		Write: n.command, Meter: n.rules.of, Failed: n.journal.ruleFailed, MaxBacklog: int64(s.site.Log.MaxSize),
		Trace: n.tracer,
	}
}

func (n *Node) ruleParts(s *scene) (all []part) {
	env := n.ruleEnv(s)
	for _, c := range s.plan.rules {
		if !s.resting[c.Name] {
			all = append(all, part{"/rules", rule.Spec(env, c), s.digests[config.KindRule][c.Name] + s.plan.reads[c.Name]})
		}
	}
	return all
}

func (n *Node) sinkEnv(s *scene) sink.Env {
	return sink.Env{
		Site: s.site.Name, System: n.system, Log: n.log, Logger: n.means.Logger,
		Now: time.Now, Meter: n.sinks.of, MaxBacklog: int64(s.site.Log.MaxSize), Trace: n.tracer,
		Bury: func(ctx context.Context, stream string, letters *tag.Batch) error {
			return n.bus.Stream(stream).Commit(ctx, letters)
		},
		Dir: filepath.Join(n.means.Dir, "sinks"), Plant: ground{n},
	}
}

func (n *Node) sinkParts(s *scene) (all []part) {
	env := n.sinkEnv(s)
	for _, c := range s.plan.sinks {
		made := s.digests[config.KindSink][c.Config.Name] + " " + strings.Join(c.Streams, ",")
		all = append(all, part{"/sinks", sink.Spec(env, c), made})
	}
	return all
}
