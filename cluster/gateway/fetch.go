package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/desired"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
)

// Fetch is link.Cloud's: a bundle that the site was told to run, or an artefact that it was told to use.
func (g *Gateway) Fetch(r *wire.FetchRequest, stream link.FetchStream) error {
	ctx := stream.Context()
	site, leaf, err := g.admitStream(ctx)
	if err != nil {
		return g.notAdmitted(ctx, "fetch", err)
	}
	ctx, end := g.streams.begin(ctx, site.Name, leaf) // revocation ends it
	defer end()
	octets, err := g.fetched(ctx, site.Name, r)
	if err != nil {
		return err
	}
	err = portions(ctx, octets, stream)
	return errors.Join(err, octets.Close())
}

// fetched opens what a site asks for, if it may have it.
func (g *Gateway) fetched(ctx context.Context, site string, r *wire.FetchRequest) (io.ReadCloser, error) {
	digest := r.GetDigest()
	if may, err := g.o.Artefacts.May(ctx, site, digest); err != nil {
		return nil, statusOf(err)
	} else if may {
		octets, err := g.o.Artefacts.Open(ctx, digest, int64(min(r.GetOffset(), link.MaxArtefact)))
		if errors.Is(err, blob.ErrNotFound) {
			return nil, status.Error(codes.NotFound, "the artefact "+digest+" was removed from the cloud")
		}
		if err != nil {
			return nil, statusOf(err)
		}
		return octets, nil
	}
	if may, err := g.o.Desired.May(ctx, site, digest); err != nil || !may {
		return nil, status.Error(codes.NotFound, fmt.Sprintf("site %s was never told to run %s", site, link.Cut(digest)))
	}
	bundle, err := g.o.Desired.Bundle(ctx, digest)
	if errors.Is(err, desired.ErrDamaged) {
		g.door.refuse(ctx, "fetch", remoteOf(ctx), fmt.Errorf("site %s: %w", site, err))
	}
	if err != nil {
		return nil, statusOf(err)
	}
	return io.NopCloser(bytes.NewReader(bundle[min(r.GetOffset(), uint64(len(bundle))):])), nil
}

// portions sends octets until there are no more, or ctx is done.
func portions(ctx context.Context, from io.Reader, stream link.FetchStream) error {
	for {
		portion := make([]byte, link.MaxChunk)
		n, err := io.ReadFull(from, portion)
		if n > 0 {
			if err := stream.Send(&wire.Chunk{Data: portion[:n]}); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return statusOf(err)
		case ctx.Err() != nil:
			return statusOf(context.Cause(ctx))
		}
	}
}
