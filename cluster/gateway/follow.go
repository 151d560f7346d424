package gateway

import (
	"context"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Services is what a gateway does beside its sessions, each until its context is done: its membership, handing the changes
// of the store to the sites that it has (commands, generations, revocations), and sweeping the commands.
func (g *Gateway) Services(self Member) []supervisor.Spec {
	follower := func(name, prefix string, change func(context.Context, kv.Change)) supervisor.Spec {
		return supervisor.Spec{Name: name, Kind: "service", New: supervisor.Service(func(ctx context.Context) error {
			kv.Follow(ctx, g.o.Store, prefix, change, nil)
			return nil
		})}
	}
	return []supervisor.Spec{
		{Name: "membership", Kind: "service", New: supervisor.Service(func(ctx context.Context) error { return g.Membership(ctx, self) })},
		follower("commands", commands.Prefix, g.commandChanged),
		follower("desired", desired.Prefix, g.desiredChanged),
		follower("certificates", sites.Prefix, g.siteChanged),
		{Name: "sweep", Kind: "service", New: supervisor.Service(func(ctx context.Context) error { return g.o.Commands.Keep(ctx, g.o.Logger) })},
	}
}

func (g *Gateway) commandChanged(ctx context.Context, c kv.Change) {
	if c.Deleted {
		return
	}
	command, err := kv.Decode[commands.Command](c.Entry)
	if err != nil || command.State != commands.Waiting {
		return
	}
	g.pass(ctx, command.Site, submitted{command})
}

func (g *Gateway) desiredChanged(ctx context.Context, c kv.Change) {
	if c.Deleted {
		return
	}
	if generation, err := kv.Decode[desired.Generation](c.Entry); err == nil {
		g.pass(ctx, generation.Site, announced{generation})
	}
}

// pass tells the actor of a site that has a session here. What cannot be told is in the store, for the next session.
func (g *Gateway) pass(ctx context.Context, site string, message any) {
	if _, ok := g.session(site); !ok {
		return
	}
	if err := g.tell(ctx, site, message); err != nil {
		g.o.Logger.Debug("a site was not told", "site", site, "error", err)
	}
}

// siteChanged ends the session and the streams of a site whose certificate is believed no more.
func (g *Gateway) siteChanged(_ context.Context, c kv.Change) {
	name := strings.TrimPrefix(c.Key, sites.Prefix)
	var site sites.Site
	if !c.Deleted {
		var err error
		if site, err = kv.Decode[sites.Site](c.Entry); err != nil {
			g.o.Logger.Error("the entry of a site cannot be read", "site", name, "error", err)
			return
		}
	}
	g.streams.changed(name, site.Serials)
	if s, ok := g.session(name); ok && !slices.Contains(site.Serials, s.serial) {
		g.End(name, "the certificate of the site is believed no more")
	}
}
