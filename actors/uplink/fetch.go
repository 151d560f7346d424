package uplink

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Fetch returns a bundle of at most most octets by its digest, over a connection of its own. What it returns has that
// digest.
func (e Env) Fetch(ctx context.Context, digest string, most int) ([]byte, error) {
	var octets bytes.Buffer
	if err := e.FetchInto(ctx, digest, 0, int64(most), &octets); err != nil {
		return nil, err
	}
	if got := link.Digest(octets.Bytes()); got != digest {
		return nil, fmt.Errorf("fetch %s: what came has the digest %s", digest, got)
	}
	return octets.Bytes(), nil
}

// FetchInto writes what has a digest and a size into w, from an offset on, over a connection of its own. Where a member ends
// early, the next one goes on. Whoever has all of it checks the digest.
func (e Env) FetchInto(ctx context.Context, digest string, offset, size int64, w io.Writer) error {
	p := &portion{digest: digest, offset: offset, size: size, w: w}
	client, err := e.atSome("", func(c *link.Client) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return p.fetch(ctx, c)
	})
	if err != nil {
		return fmt.Errorf("fetch %s: %w", digest, err)
	}
	return errors.Join(p.stuck, client.Close())
}

// portion is what is still to come.
type portion struct {
	digest       string
	offset, size int64
	w            io.Writer
	stuck        error // w takes no more
}

func (p *portion) fetch(ctx context.Context, client *link.Client) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := client.Fetch(ctx, &wire.FetchRequest{Digest: p.digest, Offset: uint64(p.offset)})
	if err != nil {
		return err
	}
	for {
		c, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if p.offset+int64(len(c.GetData())) > p.size {
			return fmt.Errorf("it is larger than the %d octets that were signed for", p.size)
		}
		if _, p.stuck = p.w.Write(c.GetData()); p.stuck != nil {
			return nil // another member would not help
		}
		p.offset += int64(len(c.GetData()))
	}
	if p.offset < p.size {
		return fmt.Errorf("it ends after %d of %d octets", p.offset, p.size)
	}
	return nil
}
