package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/blob/s3"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/kv/etcd"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/file"
	"github.com/holdfast-edge/holdfast/sinks/http"
	"github.com/holdfast-edge/holdfast/sinks/influx"
	"github.com/holdfast-edge/holdfast/sinks/kafka"
	"github.com/holdfast-edge/holdfast/sinks/mqtt"
	"github.com/holdfast-edge/holdfast/sinks/nats"
	"github.com/holdfast-edge/holdfast/sinks/postgres"
	"github.com/holdfast-edge/holdfast/sinks/remotewrite"
	"github.com/holdfast-edge/holdfast/sinks/tdengine"
)

// place is where a cloud keeps what it has.
type place struct {
	Data     string   `default:"/var/lib/holdfast-cloud" help:"The directory of all that the member keeps." placeholder:"DIR"`
	Etcd     []string `help:"URLs of an etcd cluster that the members share. Without it the member has one inside of it, and is the only one." placeholder:"URL"`
	CA       string   `name:"ca" help:"Directory of the CA, the same for all members; ca below --data if not given." placeholder:"DIR"`
	Blobs    string   `help:"Where bundles and audit records are, the same for all members: a directory, or s3://BUCKET/PREFIX; blobs below --data if not given." placeholder:"DIR"`
	S3       string   `name:"s3" help:"The S3 service that has the bucket. Its access key is in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY." placeholder:"URL"`
	S3Region string   `name:"s3-region" help:"The bucket's region, where the service has regions." placeholder:"REGION"`
}

// serveCommand runs a member until it is told to stop.
type serveCommand struct {
	place

	Name      string        `default:"m1" help:"The name that tells the member from the others."`
	Link      string        `default:"127.0.0.1:8471" help:"Where sites connect; always with TLS." placeholder:"HOST:PORT"`
	API       string        `name:"api" default:"127.0.0.1:8472" help:"Where people connect. Off loopback it needs --cert and --key." placeholder:"HOST:PORT"`
	Advertise string        `help:"Where sites dial this member, if not at --link." placeholder:"HOST:PORT"`
	Cert      string        `help:"PEM file of the API's certificate." placeholder:"FILE"`
	Key       string        `help:"PEM file of the API's key." placeholder:"FILE"`
	Sinks     string        `help:"A YAML file with sinks, as in a site's configuration, for the sites' telemetry." placeholder:"FILE"`
	CertLife  time.Duration `default:"2160h" help:"How long the certificate of a site is good for."`
	Grace     time.Duration `default:"720h" help:"How long an expired certificate can still be renewed."`
	Health    time.Duration `default:"30s" help:"How long a new generation is watched, where a site has no policy of its own."`
}

// closeWithin is how long a member may take to stop.
const closeWithin = 20 * time.Second

// adminToken is the file with the token of the first admin, below the data.
const adminToken = "admin.token"

// Run is called by the command line.
func (c *serveCommand) Run(ctx context.Context, s *surroundings) error {
	far, err := c.sinks()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return err
	}
	store, err := c.store(ctx)
	if err != nil {
		return err
	}
	blobs, err := c.blobs(ctx)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	policy := link.DefaultPolicy()
	policy.HealthWindow = c.Health
	m, err := member.Start(ctx, member.Options{
		Name: c.Name, Store: store, Dir: c.Data, CA: c.CA, Blobs: blobs, Link: c.Link, API: c.API, Advertise: c.Advertise,
		Cert: c.Cert, Key: c.Key, Sinks: far, Policy: policy, Life: c.CertLife, Grace: c.Grace, Version: version, Logger: s.logger,
	})
	if err != nil {
		return err
	}
	err = m.FirstToken(ctx, filepath.Join(c.Data, adminToken))
	if err == nil {
		_, err = fmt.Fprintf(s.out, "Member %s takes sites at %s. API: %s\n", c.Name, m.Self().Link, m.APIURL())
	}
	if err == nil {
		<-ctx.Done()
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return errors.Join(err, m.Close(closing))
}

func (c *place) store(ctx context.Context) (kv.Store, error) {
	if len(c.Etcd) > 0 {
		return etcd.Connect(c.Etcd)
	}
	return etcd.Embed(ctx, filepath.Join(c.Data, "etcd"))
}

// blobs opens the blob store.
func (c *place) blobs(ctx context.Context) (blob.Store, error) {
	if bucket, ok := strings.CutPrefix(c.Blobs, "s3://"); ok {
		bucket, prefix, _ := strings.Cut(bucket, "/")
		return s3.Open(ctx, s3.Options{
			Endpoint: c.S3, Bucket: bucket, Prefix: prefix, Region: c.S3Region, Key: os.Getenv("AWS_ACCESS_KEY_ID"), Secret: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		})
	}
	if c.Blobs == "" {
		return blob.OpenDirectory(filepath.Join(c.Data, "blobs"))
	}
	return blob.OpenDirectory(c.Blobs)
}

// farEnds is every kind of sink that this build has.
func farEnds() map[string]sinks.Sink {
	all := map[string]sinks.Sink{}
	for _, s := range []sinks.Sink{mqtt.New(), tdengine.Sink{}, influx.Sink{}, remotewrite.Sink{}, http.Sink{}, file.Sink{}, kafka.Sink{}, postgres.Sink{}, nats.Sink{}} {
		all[s.Spec().Name] = s
	}
	return all
}

// sinks reads the file of sinks.
func (c *serveCommand) sinks() (list []telemetry.Sink, err error) {
	if c.Sinks == "" {
		return nil, nil
	}
	kinds := farEnds()
	var types []config.SinkType
	for _, k := range kinds {
		types = append(types, k.Spec())
	}
	catalog, err := config.NewCatalog(nil, types)
	if err != nil {
		return nil, err
	}
	sources, err := config.Read(c.Sinks)
	if err != nil {
		return nil, err
	}
	sources = append(sources, config.Source{Name: "cloud", Data: []byte("site: cloud\n")})
	site, err := config.Parse(sources, catalog)
	if err != nil {
		return nil, err
	}
	var errs []error
	for i := range site.Sinks {
		s := telemetry.Sink{Kind: kinds[site.Sinks[i].Type], Config: &site.Sinks[i]}
		list, errs = append(list, s), append(errs, s.Check())
	}
	return list, errors.Join(errs...)
}
