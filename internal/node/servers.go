package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// server is a server of a site, compiled.
type server struct {
	config  *config.Server
	service protocols.Service
}

// server compiles a server, and holds what it shows against the devices.
func (b *planner) server(c *config.Server) {
	kind, ok := b.components.servers[c.Type]
	if !ok {
		return // reported when it was decoded
	}
	service, err := kind.Compile(c)
	if err != nil {
		b.errors = append(b.errors, c.Origin.Error("", err))
		return
	}
	for _, t := range service.Tags() {
		if err := b.shows(t); err != nil {
			b.errors = append(b.errors, c.Origin.Error(t.Key, err))
		}
	}
	b.plan.servers = append(b.plan.servers, server{c, service})
}

// shows reports why a tag cannot be shown.
func (b *planner) shows(t protocols.ServedTag) error {
	d := b.site.Device(t.Device)
	if d == nil {
		return &config.Problem{What: fmt.Sprintf("no device is called %q", t.Device), Fix: "want device.tag"}
	}
	for _, g := range d.Groups {
		for i := range g.Tags {
			if g.Tags[i].Name != t.Tag {
				continue
			}
			if t.Writable && !g.Tags[i].Access.Writable() {
				return &config.Problem{
					What: fmt.Sprintf("%s.%s cannot be written", t.Device, t.Tag), Fix: "write access: r here, or access: rw at the tag",
				}
			}
			return nil
		}
	}
	return &config.Problem{What: fmt.Sprintf("device %q has no tag %q", t.Device, t.Tag), Fix: "want device.tag"}
}

// serving holds the service of each server that has run, by name.
type serving struct {
	mu     sync.Mutex
	byName map[string]protocols.Service
}

func (s *serving) set(name string, service protocols.Service) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]protocols.Service{}
	}
	s.byName[name] = service
}

func (s *serving) stats(name string) (stats protocols.ServerStats) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if service, ok := s.byName[name]; ok {
		return service.Stats()
	}
	return stats
}

func (n *Node) serverParts(s *scene) (all []part) {
	for _, c := range s.plan.servers {
		spec := supervisor.Spec{Name: c.config.Name, Kind: "server", Policy: supervisor.PortPolicy(), New: supervisor.Service(n.serve(c))}
		all = append(all, part{"/servers", spec, s.digests[config.KindServer][c.config.Name]})
	}
	return all
}

// serve is what a server's actor runs.
func (n *Node) serve(c server) func(context.Context) error {
	return func(ctx context.Context) error {
		n.serving.set(c.config.Name, c.service)
		return c.service.Serve(ctx, protocols.Host{
			Sample: n.Sample, Write: n.writeFor, Logger: n.means.Logger.With("server", c.config.Name),
		})
	}
}

// writeFor writes for somebody who knows outcomes as drivers tell them.
func (n *Node) writeFor(ctx context.Context, device, name string, v tag.Value, by string) error {
	c := write.Command{Device: device, Tag: name, Value: v, By: by}
	if deadline, set := ctx.Deadline(); set {
		c.Deadline = deadline
	}
	report, err := n.Write(ctx, c)
	if err != nil {
		return errors.Join(context.DeadlineExceeded, err)
	}
	switch report.Outcome() {
	case write.Acknowledged, write.Verified:
		return nil
	case write.Refused:
		return &protocols.Refusal{Quality: tag.BadOutOfRange, Err: report.Err}
	default:
		return &protocols.Fault{
			Scope: protocols.ScopeUnit, Quality: tag.BadNotConnected, Sent: report.Outcome() == write.Unknown, Err: report.Err,
		}
	}
}

// Servers lists the servers by name.
func (n *Node) Servers() []console.Served {
	var list []console.Served
	for _, c := range n.plan().servers {
		path := "/servers/" + c.config.Name
		state, detail := n.state(path)
		s := n.serving.stats(c.config.Name)
		list = append(list, console.Served{
			Name: c.config.Name, Type: c.config.Type, Path: path, State: state, Detail: detail, Listening: s.Listening,
			Tags: len(c.service.Tags()), Clients: s.Clients, Requests: s.Requests, Refused: s.Refused, Strangers: s.Strangers, Writes: s.Writes,
		})
	}
	slices.SortFunc(list, func(a, b console.Served) int { return strings.Compare(a.Name, b.Name) })
	return list
}
