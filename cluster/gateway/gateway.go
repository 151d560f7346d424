// Package gateway is where sites connect: it lets them in, holds their sessions, and runs an actor for each. It has the
// members' side of package link.
//
//	handshake ──▶ door ──▶ hello ──▶ claim (epoch, in the store) ──▶ session ◀──▶ actor of the site
//	 bounded      certificate         bounded                                     commands, desired, reported
package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Receiver is where telemetry goes.
type Receiver interface {
	// Takes tells whether there is anywhere for telemetry to go.
	Takes() bool
	// Deliver hands over a record. done is called once for every record for which it returned nil, when all sinks have
	// it or one does not take it. It blocks while the sinks' windows are full.
	Deliver(ctx context.Context, r link.Record, done func(error)) error
}

// Options are what a gateway is made of.
type Options struct {
	Member    string
	Store     kv.Store
	Blobs     blob.Store
	Audit     *audit.Log
	Authority *authority.Authority
	Sites     *sites.Directory
	Commands  *commands.Book
	Desired   *desired.Book
	Artefacts *artefacts.Book
	Telemetry Receiver
	System    *supervisor.System // the sites' actors live below /sites, which the gateway's Spec starts
	Logger    *slog.Logger
	Now       func() time.Time
	Versions  link.Versions // zero: link.Spoken
	Members   func() []string
	Limits    Limits
}

// Limits are the bounds of admission.
type Limits struct {
	Handshakes int // at once; 0: 16
	Line       int // connections that may stand in line for one; 0: 1024
	Hellos     int // sessions that may be opened at once; 0: 128
}

// ErrAway says that a site has no session.
var ErrAway = errors.New("the site is not connected")

// Gateway is the sessions of a member. It may be used concurrently.
type Gateway struct {
	o       Options
	claims  claims
	hellos  chan struct{}
	door    *door
	meter   Meter
	tunnels tunnels
	streams streams
	peers   peers

	mu       sync.Mutex
	sessions map[string]*session
}

var _ link.Cloud = (*Gateway)(nil)

// New returns a gateway without sessions.
func New(o Options) *Gateway {
	if o.Versions == (link.Versions{}) {
		o.Versions = link.Spoken()
	}
	for into, standard := range map[*int]int{&o.Limits.Handshakes: 16, &o.Limits.Line: 1024, &o.Limits.Hellos: 128} {
		if *into == 0 {
			*into = standard
		}
	}
	g := &Gateway{o: o, hellos: make(chan struct{}, o.Limits.Hellos), sessions: map[string]*session{}}
	g.tunnels = tunnels{wanted: map[string]wanted{}}
	g.streams = streams{open: map[*stream]struct{}{}, known: map[string][]string{}}
	g.claims = claims{store: o.Store, member: o.Member}
	g.door = newDoor(g)
	g.peers = peers{door: g.door, open: map[Member]*link.Client{}}
	return g
}

// Join is link.Cloud's.
func (g *Gateway) Join(ctx context.Context, r *wire.JoinRequest) (*wire.Credentials, error) {
	c, err := g.o.Sites.Join(ctx, r)
	return c, g.enrolled(ctx, "join", c, err)
}

// Renew is link.Cloud's.
func (g *Gateway) Renew(ctx context.Context, r *wire.RenewRequest) (*wire.Credentials, error) {
	c, err := g.o.Sites.Renew(ctx, r)
	return c, g.enrolled(ctx, "renew", c, err)
}

// enrolled writes down how an enrolment went, and returns it as gRPC says it.
func (g *Gateway) enrolled(ctx context.Context, what string, c *wire.Credentials, err error) error {
	if err != nil {
		g.door.refuse(ctx, what, remoteOf(ctx), err)
		return statusOf(err)
	}
	return g.o.Audit.Write(ctx, audit.Record{Who: "site " + c.GetSite(), What: what, Target: c.GetSite(), Result: "done", Detail: "from " + remoteOf(ctx)})
}

// session returns the session of a site.
func (g *Gateway) session(site string) (*session, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s, ok := g.sessions[site]
	return s, ok
}

// Ask puts a question to a site and calls each with the parts of its answer, JSON lines. Where another member has the
// site, that one asks it.
func (g *Gateway) Ask(ctx context.Context, site string, q *wire.Ask, each func([]byte) error) error {
	s, ok := g.session(site)
	var err error
	if ok {
		err = s.question(ctx, q, each)
	} else {
		err = g.askOwner(ctx, site, q, each)
	}
	if err != nil {
		return fmt.Errorf("ask %s: %w", site, err)
	}
	return nil
}

// Session tells how a site is connected to this member.
type Session struct {
	Site      string    `json:"site"`
	Epoch     uint64    `json:"epoch"`
	Remote    string    `json:"remote"`
	Connected time.Time `json:"connected"`
	Version   string    `json:"version" doc:"Of the node's program."`
	Link      uint32    `json:"link" doc:"Version of the link's protocol."`
}

// Connected returns the session of a site with this member.
func (g *Gateway) Connected(site string) (Session, bool) {
	s, ok := g.session(site)
	if !ok {
		return Session{}, false
	}
	return s.view(), true
}

func (s *session) view() Session {
	return Session{
		Site: s.site, Epoch: s.claim.Load().Epoch, Remote: s.remote, Connected: s.connected,
		Version: link.Cut(s.hello.GetVersion()), Link: s.version,
	}
}
