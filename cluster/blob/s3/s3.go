// Package s3 keeps a cloud's blobs in a bucket of an S3-compatible store, which the members of a cloud share.
package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/holdfast-edge/holdfast/cluster/blob"
)

// Options say where the bucket is.
type Options struct {
	Endpoint string // URL of the service, https or http
	Bucket   string // it has to be there
	Prefix   string // of the keys; empty: none
	Region   string // empty: the service is asked
	Key      string // access key
	Secret   string
}

// Store is a blob.Store in a bucket. It may be used concurrently.
type Store struct {
	client *minio.Client
	bucket string
	prefix string
}

var _ blob.Store = (*Store)(nil)

// largest is how large a blob may be that is read: nothing of a cloud is.
const largest = 64 << 20

// Open returns the store, when it has found the bucket.
func Open(ctx context.Context, o Options) (*Store, error) {
	at, err := url.Parse(o.Endpoint)
	if err != nil || at.Host == "" || at.Scheme != "https" && at.Scheme != "http" {
		return nil, fmt.Errorf("open the blob store: %q is no URL of an S3 service", o.Endpoint)
	}
	client, err := minio.New(at.Host, &minio.Options{
		Creds: credentials.NewStaticV4(o.Key, o.Secret, ""), Secure: at.Scheme == "https", Region: o.Region, BucketLookup: minio.BucketLookupAuto,
	})
	if err != nil {
		return nil, fmt.Errorf("open the blob store: %w", err)
	}
	there, err := client.BucketExists(ctx, o.Bucket)
	if err == nil && !there {
		err = fmt.Errorf("there is no bucket %q: make it first", o.Bucket)
	}
	if err != nil {
		return nil, fmt.Errorf("open the blob store at %s: %w", o.Endpoint, err)
	}
	prefix := strings.Trim(o.Prefix, "/")
	if prefix != "" {
		prefix += "/"
	}
	return &Store{client, o.Bucket, prefix}, nil
}

// Put is conditional: of two that put under one key, the second finds what the first has put.
func (s *Store) Put(ctx context.Context, key string, octets []byte) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	o := minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true}
	o.SetMatchETagExcept("*")
	_, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, bytes.NewReader(octets), int64(len(octets)), o)
	if err == nil {
		return nil
	}
	if minio.ToErrorResponse(err).StatusCode != http.StatusPreconditionFailed {
		return fmt.Errorf("keep blob %s: %w", key, err)
	}
	there, err := s.Load(ctx, key)
	if err == nil && !bytes.Equal(there, octets) {
		err = fmt.Errorf("keep blob %s: %w", key, blob.ErrExists)
	}
	return err
}

// Load returns a blob.
func (s *Store) Load(ctx context.Context, key string) ([]byte, error) {
	if err := blob.CheckKey(key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("load blob %s: %w", key, err)
	}
	octets, err := io.ReadAll(io.LimitReader(object, largest+1))
	missing := minio.ToErrorResponse(err).Code == minio.NoSuchKey
	err = errors.Join(err, object.Close())
	switch {
	case missing:
		return nil, fmt.Errorf("load blob %s: %w", key, blob.ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("load blob %s: %w", key, err)
	case len(octets) > largest:
		return nil, fmt.Errorf("load blob %s: it has more than %d octets", key, largest)
	}
	return octets, nil
}

// Open returns a blob's octets from an offset on.
func (s *Store) Open(ctx context.Context, key string, offset int64) (io.ReadCloser, error) {
	if err := blob.CheckKey(key); err != nil {
		return nil, err
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("open blob %s: %w", key, err)
	}
	info, err := object.Stat()
	if err == nil {
		_, err = object.Seek(min(max(offset, 0), info.Size), io.SeekStart)
	}
	if err != nil {
		if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
			err = blob.ErrNotFound
		}
		return nil, errors.Join(fmt.Errorf("open blob %s: %w", key, err), object.Close())
	}
	return object, nil
}

// List returns the keys with a prefix.
func (s *Store) List(ctx context.Context, prefix string) (keys []string, err error) {
	for o := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}) {
		if o.Err != nil {
			return nil, fmt.Errorf("list blobs: %w", o.Err)
		}
		keys = append(keys, strings.TrimPrefix(o.Key, s.prefix))
	}
	slices.Sort(keys)
	return keys, nil
}

// Delete removes a blob.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := blob.CheckKey(key); err != nil {
		return err
	}
	if err := s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("delete blob %s: %w", key, err)
	}
	return nil
}
