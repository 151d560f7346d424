// Package cloud_test tests the cloud as a whole: members, the API, and sites that speak the real protocol.
package cloud_test
