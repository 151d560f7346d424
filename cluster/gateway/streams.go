package gateway

import (
	"context"
	"crypto/x509"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/sites"
)

// streams are the calls of sites beside their sessions, so that the end of the trust in a certificate ends them, too. They
// also remember whom the store had, for when it is away: telemetry goes on then.
type streams struct {
	mu    sync.Mutex
	open  map[*stream]struct{}
	known map[string][]string // serials that are believed, by site
}

type stream struct {
	site   string
	serial string
	end    context.CancelCauseFunc
}

// begin has the context of a call end with the trust in the certificate that it was made with.
func (s *streams) begin(ctx context.Context, site string, leaf *x509.Certificate) (context.Context, func()) {
	ctx, end := context.WithCancelCause(ctx)
	n := &stream{site, leaf.SerialNumber.Text(16), end}
	s.mu.Lock()
	s.open[n] = struct{}{}
	s.mu.Unlock()
	return ctx, func() {
		end(nil)
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open, n)
	}
}

// changed takes in which certificates of a site are believed from now on; none where it is gone.
func (s *streams) changed(site string, serials []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known[site] = serials; len(serials) == 0 {
		delete(s.known, site)
	}
	for n := range s.open {
		if n.site == site && !slices.Contains(serials, n.serial) {
			n.end(sites.ErrRevoked)
		}
	}
}

// believed tells whether a certificate was believed when the store was heard of last.
func (s *streams) believed(site string, leaf *x509.Certificate) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.known[site], leaf.SerialNumber.Text(16))
}

// admitWithin is how long the store may take to say who somebody is, before what is remembered decides.
const admitWithin = 2 * time.Second

// admitStream is admit for what may go on while the store is away.
func (g *Gateway) admitStream(ctx context.Context) (sites.Site, *x509.Certificate, error) {
	asking, cancel := context.WithTimeout(ctx, admitWithin)
	defer cancel()
	s, leaf, err := g.admit(asking)
	if err == nil || leaf == nil || isPermanent(statusOf(err)) || errors.Is(err, kv.ErrConflict) {
		return s, leaf, err
	}
	name, remembered := g.o.Sites.Holder(leaf)
	if remembered != nil || !g.streams.believed(name, leaf) {
		return s, leaf, err
	}
	return sites.Site{Name: name}, leaf, nil
}
