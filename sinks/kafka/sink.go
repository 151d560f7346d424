package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
)

// Sink produces to Kafka.
type Sink struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error) // nil: the network's own
}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "kafka",
		Doc:     "Kafka, Redpanda and what else speaks Kafka's protocol. A message per record, as JSON or by a template, with its identity in a header; docs/sinks/kafka.md shows them.",
		Options: Options{},
	}
}

// Open asks the brokers whether they are there and let us in.
func (s Sink) Open(ctx context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open kafka sink: options of type %T", to.Options)}
	}
	settings, err := s.settings(o)
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open kafka sink: %w", err)}
	}
	client, err := kgo.NewClient(settings...)
	if err != nil {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open kafka sink: %w", err)}
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	if err := client.Ping(ctx); err != nil {
		client.Close()
		return nil, fmt.Errorf("open %s: %w", o.Brokers[0], opening(err))
	}
	return bulk.NewWriter(o.Bulk, &poster{options: o, site: to.Site, client: client}), nil
}

func (s Sink) settings(o *Options) ([]kgo.Opt, error) {
	password, err := o.Password.Reveal()
	if err != nil {
		return nil, err
	}
	// No RecordDeliveryTimeout: it counts from a record's time, which is the source time here. Post has its context.
	all := []kgo.Opt{
		kgo.SeedBrokers(o.Brokers...), kgo.ClientID("holdfast"), kgo.RequiredAcks(kgo.AllISRAcks()), kgo.ProducerLinger(0),
		kgo.ProduceRequestTimeout(o.Timeout), kgo.RetryTimeout(o.Timeout),
		kgo.ProducerBatchMaxBytes(int32(min(int64(o.MaxMessage), 1<<30))), kgo.ProducerBatchCompression(compression(o.Compression)),
		kgo.MaxBufferedRecords(o.Batch*o.Window + 1), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)),
	}
	if o.Create {
		all = append(all, kgo.AllowAutoTopicCreation())
	}
	switch o.Mechanism {
	case "plain":
		all = append(all, kgo.SASL(plain.Auth{User: o.Username, Pass: password}.AsMechanism()))
	case "scram-sha-256":
		all = append(all, kgo.SASL(scram.Auth{User: o.Username, Pass: password}.AsSha256Mechanism()))
	case "scram-sha-512":
		all = append(all, kgo.SASL(scram.Auth{User: o.Username, Pass: password}.AsSha512Mechanism()))
	}
	switch {
	case s.dial != nil:
		all = append(all, kgo.Dialer(s.dial))
	case o.TLS != nil:
		certificates, err := o.TLS.Load("")
		if err != nil {
			return nil, err
		}
		all = append(all, kgo.DialTLSConfig(certificates))
	}
	return all, nil
}

func compression(name string) kgo.CompressionCodec {
	switch name {
	case "gzip":
		return kgo.GzipCompression()
	case "snappy":
		return kgo.SnappyCompression()
	case "lz4":
		return kgo.Lz4Compression()
	case "zstd":
		return kgo.ZstdCompression()
	default:
		return kgo.NoCompression()
	}
}

// opening tells whether another attempt to log in would end the same way.
func opening(err error) error {
	var unknown *tls.CertificateVerificationError
	if errors.Is(err, kerr.SaslAuthenticationFailed) || errors.As(err, &unknown) {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return err
}

// poster produces requests.
type poster struct {
	options *Options
	site    string
	client  *kgo.Client
	forms   message.Forms[*form]
}

// Close lets go of the connections.
func (p *poster) Close() error {
	p.client.Close()
	return nil
}
