/**
 * The programs of a cluster, as Go modules. The go.mod of the folder with the module's name pins the version.
 *
 * @typedef {object} GoModule
 * @property {Record<string, string>} programs name → package
 * @property {readonly string[]} [flags] for `go build`
 * @property {{ module: string, files: readonly string[], as: string }} [documents] YAML that a program reads and that comes
 *   with its module, joined in one file
 */

const SMALL = '-s -w';
const KUBERNETES_VERSION = ['k8s.io/client-go/pkg/version', 'k8s.io/component-base/version']
  .flatMap((name) => [
    `${name}.gitVersion=v1.36.3`,
    `${name}.gitMajor=1`,
    `${name}.gitMinor=36`,
    `${name}.gitTreeState=clean`,
  ])
  .map((value) => `-X ${value}`);

/** @type {Record<string, GoModule>} */
export const modules = {
  kubernetes: {
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubelet: 'k8s.io/kubernetes/cmd/kubelet',
      'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
      etcd: 'go.etcd.io/etcd/server/v3',
    },
    // A build without the project's Makefile reports version v0.0.0, which clients and charts refuse.
    flags: ['-ldflags', [SMALL, ...KUBERNETES_VERSION].join(' ')],
  },
  containerd: {
    programs: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
    },
    flags: [
      '-tags',
      'no_btrfs no_devmapper no_zfs',
      '-ldflags',
      `${SMALL} -X github.com/containerd/containerd/v2/version.Version=v2.4.2`,
    ],
  },
  coredns: { programs: { coredns: 'github.com/coredns/coredns' }, flags: ['-ldflags', SMALL] },
  helm: { programs: { helm: 'helm.sh/helm/v4/cmd/helm' }, flags: ['-ldflags', SMALL] },
  kwok: {
    programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' },
    flags: ['-ldflags', SMALL],
    // The stages of its simulated pods and nodes.
    documents: {
      module: 'sigs.k8s.io/kwok',
      files: [
        'kustomize/stage/node/fast/node-initialize.yaml',
        'kustomize/stage/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
        'kustomize/stage/pod/fast/pod-ready.yaml',
        'kustomize/stage/pod/fast/pod-complete.yaml',
        'kustomize/stage/pod/fast/pod-delete.yaml',
      ],
      as: 'stages.yaml',
    },
  },
  // Not a program: the custom resource definition of the chart's HTTPRoute, which clusters lack by default.
  'gateway-api': {
    programs: {},
    documents: {
      module: 'sigs.k8s.io/gateway-api',
      files: ['config/crd/standard/gateway.networking.k8s.io_httproutes.yaml'],
      as: 'http-routes.yaml',
    },
  },
  // Not a program either: the custom resource definition of the chart's ServiceMonitor.
  'prometheus-operator': {
    programs: {},
    documents: {
      module: 'github.com/prometheus-operator/prometheus-operator',
      files: ['example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml'],
      as: 'service-monitors.yaml',
    },
  },
  compose: { programs: { 'compose-check': '.' }, flags: ['-ldflags', SMALL] },
  'docker-compose': { programs: { 'docker-compose': 'github.com/docker/compose/v2/cmd' }, flags: ['-ldflags', SMALL] },
  pause: { programs: { pause: '.' }, flags: ['-ldflags', SMALL] },
};
