package s3_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/holdfast-edge/holdfast/cluster/blob/blobtest"
	"github.com/holdfast-edge/holdfast/cluster/blob/s3"
)

// service is an S3 service with one bucket.
func service(t *testing.T) s3.Options {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("holdfast"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	return s3.Options{Endpoint: server.URL, Bucket: "holdfast", Prefix: "cloud-1", Region: "eu", Key: "key", Secret: "secret"}
}

func TestABucketPassesTheSuite(t *testing.T) {
	s, err := s3.Open(t.Context(), service(t))
	if err != nil {
		t.Fatal(err)
	}
	blobtest.Run(t, s)
}

func TestCloudsInOneBucketDoNotSeeEachOther(t *testing.T) {
	o := service(t)
	one, err := s3.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Prefix = "cloud-2"
	two, err := s3.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.Put(t.Context(), "a/b", []byte("c")); err != nil {
		t.Fatal(err)
	}
	if keys, err := two.List(t.Context(), ""); err != nil || len(keys) != 0 {
		t.Errorf("%v, %v", keys, err)
	}
}

func TestABucketThatIsNotThereIsSaidSo(t *testing.T) {
	o := service(t)
	o.Bucket = "elsewhere"
	if _, err := s3.Open(t.Context(), o); err == nil || !strings.Contains(err.Error(), `no bucket "elsewhere"`) {
		t.Errorf("opened: %v", err)
	}
}
