// Package member is one running member of a cloud: it puts the other packages of cluster together.
//
//	member            one-for-one
//	├─ sinks          one-for-one: where telemetry goes
//	├─ sites          one-for-one: an actor per site that was connected here
//	├─ store          one-for-one: membership, what the store's changes lead to, the sweep of commands
//	├─ link           where sites connect
//	└─ api            where people connect
package member

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/authority"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/cluster/sites"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/cluster/upgrades"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Options are what a member is started with.
type Options struct {
	Name      string     // tells it from the other members
	Store     kv.Store   // the member closes it
	Dir       string     // of the CA and the blobs, where they have no directories of their own
	CA        string     // empty: ca below Dir
	Blobs     blob.Store // nil: the directory blobs below Dir
	Link      string     // host:port where sites connect; port 0 takes a free one
	API       string     // host:port where people connect
	Advertise string     // host:port where sites dial this member; empty: Link as bound
	Cert, Key string     // PEM files for the API off loopback
	Sinks     []telemetry.Sink
	Policy    link.Policy // of sites that have none; zero: link.DefaultPolicy
	Limits    gateway.Limits
	Versions  link.Versions
	Life      time.Duration // of sites' certificates; 0: as package sites has it
	Grace     time.Duration
	Version   string
	Logger    *slog.Logger
	Now       func() time.Time // nil: time.Now
}

// Member is a running member. Close must be called.
type Member struct {
	o         Options
	link      *net.TCPListener
	api       *net.TCPListener
	system    *supervisor.System
	gateway   *gateway.Gateway
	keys      *access.Keys
	sites     *sites.Directory
	desired   *desired.Book
	commands  *commands.Book
	artefacts *artefacts.Book
	rollouts  *rollout.Book
	fan       *telemetry.Fan
	blobs     blob.Store
	audit     *audit.Log
	ca        *authority.Authority
	members   roster
}

// Start opens everything and starts the tree. When it returns an error, nothing is left running and the store is closed.
func Start(ctx context.Context, o Options) (*Member, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Policy == (link.Policy{}) {
		o.Policy = link.DefaultPolicy()
	}
	m := &Member{o: o}
	if err := m.open(); err != nil {
		return nil, errors.Join(err, m.Close(ctx))
	}
	m.system = supervisor.New(supervisor.Options{Name: "member", Logger: o.Logger})
	m.build()
	for _, spec := range m.tree() {
		if _, err := m.system.Spawn(spec); err != nil {
			return nil, errors.Join(fmt.Errorf("start %s: %w", spec.Name, err), m.Close(ctx))
		}
	}
	return m, nil
}

// open opens what is on the disk and the sockets.
func (m *Member) open() (err error) {
	if err := link.CheckName(m.o.Name); err != nil {
		return err
	}
	if m.ca, err = authority.Open(or(m.o.CA, filepath.Join(m.o.Dir, "ca")), m.o.Now()); err != nil {
		return err
	}
	if m.blobs = m.o.Blobs; m.blobs == nil {
		if m.blobs, err = blob.OpenDirectory(filepath.Join(m.o.Dir, "blobs")); err != nil {
			return err
		}
	}
	if m.o.Cert == "" && !config.Loopback(m.o.API) {
		return fmt.Errorf("the API would be served on %s without TLS: listen on 127.0.0.1, or name a certificate and its key", m.o.API)
	}
	if m.link, err = listen(m.o.Link, "sites"); err != nil {
		return err
	}
	if m.api, err = listen(m.o.API, "the API"); err != nil {
		return err
	}
	return nil
}

func or(given, standard string) string {
	if given != "" {
		return given
	}
	return standard
}

// build makes the parts.
func (m *Member) build() {
	o := m.o
	m.audit = audit.New(m.blobs, o.Name, o.Now)
	m.keys = access.NewKeys(o.Store, o.Now)
	m.commands = commands.NewBook(o.Store, m.audit, o.Now)
	m.fan = telemetry.NewFan(o.Name, o.Sinks, o.Logger)
	m.sites = sites.NewDirectory(sites.Options{
		Store: o.Store, Authority: m.ca, Now: o.Now, Life: o.Life, Grace: o.Grace, Addresses: m.members.addresses,
	})
	m.artefacts = artefacts.NewBook(o.Store, m.blobs, m.audit, o.Now)
	m.desired = desired.NewBook(desired.Options{
		Store: o.Store, Blobs: m.blobs, Authority: m.ca, Sites: m.sites, Artefacts: m.artefacts, Audit: m.audit, Now: o.Now, Policy: o.Policy,
	})
	m.gateway = gateway.New(gateway.Options{
		Member: o.Name, Store: o.Store, Blobs: m.blobs, Audit: m.audit, Authority: m.ca, Sites: m.sites, Commands: m.commands, Desired: m.desired, Artefacts: m.artefacts,
		Telemetry: m.fan, System: m.system, Logger: o.Logger, Now: o.Now, Versions: o.Versions, Members: m.members.addresses, Limits: o.Limits,
	})
	m.rollouts = rollout.NewBook(rollout.Options{
		Member: o.Name, Store: o.Store, Blobs: m.blobs, Sites: m.sites, Desired: m.desired, Audit: m.audit, Now: o.Now, Lease: m.gateway.Lease,
		Commands: m.commands,
		Upgrades: upgrades.NewBook(upgrades.Options{Artefacts: m.artefacts, Commands: m.commands, Desired: m.desired, Authority: m.ca, Now: o.Now}),
	})
}

// tree is the supervision tree, in the order in which it starts.
func (m *Member) tree() []supervisor.Spec {
	store := m.gateway.Services(m.Self())
	follow := func(ctx context.Context) error { return m.members.follow(ctx, m.o.Store) }
	store = append(store,
		supervisor.Spec{Name: "members", Kind: "service", New: supervisor.Service(follow)},
		supervisor.Spec{Name: "authority", Kind: "service", New: supervisor.Service(m.followCA)},
		supervisor.Spec{Name: "rollouts", Kind: "service", New: supervisor.Service(m.rollouts.Run)},
	)
	serve := func(ctx context.Context) error { return m.gateway.Serve(ctx, reuse(m.link)) }
	return []supervisor.Spec{
		m.fan.Spec(),
		m.gateway.Spec(),
		{Name: "store", Kind: "group", New: supervisor.Group(store...)},
		{Name: "link", Kind: "service", New: supervisor.Service(serve)},
		{Name: "api", Kind: "service", New: supervisor.Service(m.serveAPI)},
	}
}

// lasting is a listener that outlasts a server's end: a server that is restarted goes on with it.
type lasting struct{ *net.TCPListener }

// reuse returns a listener for the next server.
func reuse(l *net.TCPListener) net.Listener {
	_ = l.SetDeadline(time.Time{}) // on a socket that is closed there is nothing to wait for
	return lasting{l}
}

// Close has the accepting end, and the socket stay.
func (l lasting) Close() error { return l.SetDeadline(time.Now()) }

func listen(address, what string) (*net.TCPListener, error) {
	var c net.ListenConfig
	l, err := c.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", what, err)
	}
	return l.(*net.TCPListener), nil
}

// Self is how this member is known to the others.
func (m *Member) Self() gateway.Member {
	return gateway.Member{Name: m.o.Name, Link: or(m.o.Advertise, m.link.Addr().String()), API: m.APIURL()}
}

// APIURL returns where the API is.
func (m *Member) APIURL() string {
	scheme := "http"
	if m.o.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + m.api.Addr().String()
}

// LinkAddress returns where sites connect.
func (m *Member) LinkAddress() string { return m.link.Addr().String() }

// Gateway returns the sessions of the member.
func (m *Member) Gateway() *gateway.Gateway { return m.gateway }

// handlerOptions are those of the API.
func (m *Member) handlerOptions() api.Options {
	return api.Options{
		Store: m.o.Store, Blobs: m.blobs, Audit: m.audit, Authority: m.ca, Keys: m.keys, Sites: m.sites, Commands: m.commands,
		Desired: m.desired, Rollouts: m.rollouts, Gateway: m.gateway, Artefacts: m.artefacts, Ledger: m.fan.Ledger(), Logger: m.o.Logger, Now: m.o.Now, Version: m.o.Version,
	}
}

// FirstToken makes the token of the first admin where no token was ever made, and keeps it in a file that only this user
// can read.
func (m *Member) FirstToken(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	token, p, err := m.keys.New(ctx, access.Principal{Name: "local admin", Role: access.Admin, By: "the member " + m.o.Name})
	if err == nil {
		err = m.audit.Write(ctx, audit.Record{Who: "member " + m.o.Name, What: "make token", Result: "done", Detail: p.ID + ": local admin is admin"})
	}
	if err == nil {
		err = os.WriteFile(file, []byte(token+"\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("make the first token: %w", err)
	}
	return nil
}

// Close stops the tree and closes the store.
func (m *Member) Close(ctx context.Context) error {
	var errs []error
	if m.system != nil {
		if err := m.system.Shutdown(ctx); err != nil {
			return err // what still runs may still use the store
		}
	}
	for _, l := range []*net.TCPListener{m.link, m.api} {
		if l != nil {
			errs = append(errs, l.Close())
		}
	}
	return errors.Join(append(errs, m.o.Store.Close())...)
}
