import path from 'node:path';

export const PAUSE = 'localhost/pause:1';
export const KUBELET_HEALTH_PORT = 10_248;
const NAME_SERVER_ZONE = 'cluster.local';

/**
 * The configuration files of the programs on the node.
 * @param {import('../instance.mjs').Instance} instance
 * @returns {Record<string, string>} name → contents
 */
export function configurations({ name, folder, address, server, pods }) {
  const at = (/** @type {string} */ file) => path.join(folder, file);
  const yaml = (/** @type {unknown} */ value) => JSON.stringify(value, null, 2); // JSON is valid YAML

  return {
    'containerd.toml': `
      version = 3
      [plugins.'io.containerd.internal.v1.opt']
        path = '/var/lib/containerd-opt'
      [plugins.'io.containerd.cri.v1.images'.pinned_images]
        sandbox = '${PAUSE}'
      [plugins.'io.containerd.cri.v1.runtime']
        restrict_oom_score_adj = true
        [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
          runtime_type = 'io.containerd.runc.v2'
        [plugins.'io.containerd.cri.v1.runtime'.cni]
          bin_dirs = ['/usr/lib/cni']
          conf_dir = '${at('cni')}'
    `,

    // Each pod has a device and there is no bridge: traffic between pods then passes the node's routing, and with it the
    // rules of kube-proxy, whether or not the kernel shows bridged packets to iptables.
    'cni/pods.conflist': yaml({
      cniVersion: '1.0.0',
      name,
      plugins: [
        {
          type: 'ptp',
          ipMasq: false,
          ipam: { type: 'host-local', ranges: [[{ subnet: pods }]], routes: [{ dst: '0.0.0.0/0' }] },
        },
      ],
    }),

    'kubelet.yaml': yaml({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: at('ca.crt') },
      },
      authorization: { mode: 'Webhook' },
      healthzBindAddress: address,
      healthzPort: KUBELET_HEALTH_PORT,
      containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
      cgroupDriver: 'cgroupfs',
      cgroupRoot: `/${name}`,
      failCgroupV1: false,
      failSwapOn: false,
      enforceNodeAllocatable: [],
      oomScoreAdj: 0, // a lower value needs a capability that a container may lack
      maxPods: 200,
      serializeImagePulls: false, // an image that no registry has does not delay others
      evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
      // Tests load images by hand, and only once.
      imageGCHighThresholdPercent: 100,
      clusterDomain: NAME_SERVER_ZONE,
      clusterDNS: [address],
      resolvConf: at('resolv.conf'),
    }),

    'resolv.conf': `nameserver ${address}\n`,

    'kube-proxy.yaml': yaml({
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      bindAddress: address,
      hostnameOverride: 'node',
      mode: 'iptables',
      clusterCIDR: pods,
      clientConnection: { kubeconfig: at('admin.kubeconfig') },
      // These settings apply to the whole machine.
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
      metricsBindAddress: `${address}:10249`,
      healthzBindAddress: `${address}:10256`,
    }),

    Corefile: `
      .:53 {
        bind ${address}
        errors
        kubernetes ${NAME_SERVER_ZONE} in-addr.arpa {
          endpoint ${server}
          kubeconfig ${at('admin.kubeconfig')}
        }
        cache 5
      }
    `,
  };
}
