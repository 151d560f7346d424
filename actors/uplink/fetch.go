package uplink

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Fetch returns an artefact of at most most octets by its digest, over a connection of its own. What it returns has that
// digest.
func (e Env) Fetch(ctx context.Context, digest string, most int) (octets []byte, err error) {
	client, err := e.atSome("", func(c *link.Client) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		octets, err = fetch(ctx, c, digest, most)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", digest, err)
	}
	return octets, client.Close()
}

func fetch(ctx context.Context, client *link.Client, digest string, most int) ([]byte, error) {
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
