package gateway

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// mostTunnels is how many tunnels a member keeps, those that are being opened included.
const mostTunnels = 256

// Tunnel is an open tunnel to an address of a plant. Close must be called.
type Tunnel struct {
	link.Frames

	close func()
}

// Close ends the tunnel's stream.
func (t *Tunnel) Close() { t.close() }

// tunnels are those that a member has asked for, by their secret names.
type tunnels struct {
	mu     sync.Mutex
	open   int
	wanted map[string]wanted
}

// wanted is a tunnel whose stream has not come yet.
type wanted struct {
	site string
	came chan link.TunnelStream // holds one
	done chan struct{}          // closed by Close
}

var errTunnels = errors.New("as many tunnels are open through this member as it keeps")

// want makes a place for a tunnel. leave gives it back.
func (t *tunnels) want(site string) (id string, w wanted, leave func(), err error) {
	var name [16]byte
	rand.Read(name[:]) // never fails
	id = hex.EncodeToString(name[:])
	w = wanted{site, make(chan link.TunnelStream, 1), make(chan struct{})}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == mostTunnels {
		return "", wanted{}, nil, errTunnels
	}
	t.open++
	t.wanted[id] = w
	return id, w, sync.OnceFunc(func() {
		close(w.done)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.open--
		delete(t.wanted, id)
	}), nil
}

// take returns what a stream is for, once.
func (t *tunnels) take(site, id string) (w wanted, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w, ok = t.wanted[id]
	if !ok || subtle.ConstantTimeCompare([]byte(w.site), []byte(site)) == 0 {
		return wanted{}, false
	}
	delete(t.wanted, id)
	return w, true
}

// OpenTunnel asks a site for a tunnel to host:port of its plant, in the name of somebody, and returns it when the site has reached
// that.
func (g *Gateway) OpenTunnel(ctx context.Context, site, address, by string) (*Tunnel, error) {
	here, err := g.where(ctx, site)
	if err != nil {
		return nil, err
	}
	id, w, leave, err := g.tunnels.want(site)
	if err != nil {
		return nil, err
	}
	ask := &wire.Ask{Question: &wire.Ask_Tunnel{Tunnel: &wire.OpenTunnel{Id: id, Address: address, By: by, Member: here}}}
	if err := g.Ask(ctx, site, ask, func([]byte) error { return nil }); err != nil {
		leave()
		return nil, err
	}
	select {
	case stream := <-w.came:
		return &Tunnel{stream, leave}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// where is the address that a site is to bring a stream to: this member's, unless the site has its session here.
func (g *Gateway) where(ctx context.Context, site string) (string, error) {
	if _, ok := g.session(site); ok {
		return "", nil
	}
	m, _, err := kv.Load[Member](ctx, g.o.Store, MemberPrefix+g.o.Member)
	return m.Link, err
}

// Tunnel is link.Cloud's: the stream of a tunnel that this member has asked the site for.
func (g *Gateway) Tunnel(stream link.TunnelStream) error {
	ctx := stream.Context()
	site, _, err := g.admit(ctx)
	if err != nil {
		return g.notAdmitted(ctx, "tunnel", err)
	}
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	w, ok := g.tunnels.take(site.Name, first.GetId())
	if !ok {
		return status.Error(codes.NotFound, "nobody waits for that tunnel")
	}
	w.came <- stream
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
