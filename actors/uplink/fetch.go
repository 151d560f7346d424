package uplink

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Fetch returns an artefact of at most most octets by its digest, over a connection of its own. What it returns has that
// digest.
func (e Env) Fetch(ctx context.Context, digest string, most int) ([]byte, error) {
	credentials, err := enrol.Load(e.Dir)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, address := range credentials.Addresses {
		octets, err := e.fetchFrom(ctx, func() (*link.Client, error) { return credentials.Dial(address, e.Now, e.Dialer) }, digest, most)
		if err == nil || ctx.Err() != nil {
			return octets, err
		}
		errs = append(errs, fmt.Errorf("from %s: %w", address, err))
	}
	return nil, fmt.Errorf("fetch %s: %w", digest, errors.Join(errs...))
}

func (e Env) fetchFrom(ctx context.Context, dial func() (*link.Client, error), digest string, most int) ([]byte, error) {
	client, err := dial()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.Fetch(ctx, &wire.FetchRequest{Digest: digest})
	if err != nil {
		return nil, err
	}
	var octets []byte
	for {
		c, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if octets = append(octets, c.GetData()...); len(octets) > most {
			return nil, fmt.Errorf("it is larger than the %d octets that were signed for", most)
		}
	}
	if got := link.Digest(octets); got != digest {
		return nil, fmt.Errorf("what came has the digest %s", got)
	}
	return octets, nil
}
