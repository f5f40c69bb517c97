{{/* Labels and annotations of a component's pods. (list $ component component-values) */}}
{{- define "mcp-gateway.podMetadata" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- $own := include "mcp-gateway.selector" . | fromYaml -}}
{{- /* The NetworkPolicies of adapters admit pods with this label. */ -}}
{{- $_ := set $own "app.kubernetes.io/part-of" "mcp-gateway" -}}
labels:
  {{- merge $own $values.podLabels | toYaml | nindent 2 }}
{{- $annotations := deepCopy $values.podAnnotations -}}
{{- /* Pods read the Secret only when they start, so another URL in the values must replace them. */ -}}
{{- with compact (list $root.Values.database.url $root.Values.redis.url $root.Values.trial.redis.password) }}
{{- $_ := set $annotations "mcp-gateway.io/urls" (join " " . | sha256sum | trunc 16) }}
{{- end }}
{{- with $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* The part of a pod's spec that all services share. (list $ component component-values) */}}
{{- define "mcp-gateway.podSettings" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
serviceAccountName: {{ include "mcp-gateway.fullname" $root }}-{{ index . 1 }}
enableServiceLinks: false
securityContext:
  {{- include "mcp-gateway.podSecurity" $root.Values.runAsUser | nindent 2 }}
{{- with include "mcp-gateway.pullSecrets" $root }}
{{ . }}
{{- end }}
{{- if ge (int64 (default 0 $values.preStopSeconds)) (int64 $values.terminationGracePeriodSeconds) }}
{{- fail (printf "preStopSeconds of the %s must be less than its terminationGracePeriodSeconds: otherwise its pods are killed before they get SIGTERM" (index . 1)) }}
{{- end }}
terminationGracePeriodSeconds: {{ $values.terminationGracePeriodSeconds }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "mcp-gateway.selector" $ | nindent 8 }}
    # Spreads each version by itself. Otherwise the old pods would decide where the new ones run.
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "mcp-gateway.volumes" . }}
{{ . }}
{{- end }}
{{- end -}}

{{/* A pod's securityContext for Pod Security "restricted". The argument is a user id, or null if the cluster assigns one. */}}
{{- define "mcp-gateway.podSecurity" -}}
runAsNonRoot: true
{{- with . }}
runAsUser: {{ int64 . }}
runAsGroup: {{ int64 . }}
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "mcp-gateway.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "mcp-gateway.pullSecrets" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* (list $ component component-values) */}}
{{- define "mcp-gateway.containerSettings" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- $isControlPlane := eq (index . 1) "control-plane" -}}
{{- $tls := ternary (include "mcp-gateway.internalTlsSecret" .) (include "mcp-gateway.tlsSecret" .) $isControlPlane -}}
{{- $scheme := ternary ", scheme: HTTPS" "" (ne $tls "") -}}
image: {{ include "mcp-gateway.image" . }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
securityContext:
  {{- include "mcp-gateway.containerSecurity" . | nindent 2 }}
resources:
  {{- toYaml $values.resources | nindent 2 }}
{{- with include "mcp-gateway.volumeMounts" . }}
{{ . }}
{{- end }}
ports:
  - name: http
    containerPort: 8000
  {{- if $root.Values.metrics.enabled }}
  - name: metrics
    containerPort: 9464
  {{- end }}
# Long enough for another pod to finish its migrations first.
startupProbe:
  httpGet: { path: /livez, port: http{{ $scheme }} }
  periodSeconds: 1
  timeoutSeconds: 3
  failureThreshold: 120
livenessProbe:
  httpGet: { path: /livez, port: http{{ $scheme }} }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: http{{ $scheme }} }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- with $values.preStopSeconds }}
# Load balancers and other nodes learn of the end of this pod later than the pod itself.
lifecycle: { preStop: { sleep: { seconds: {{ . }} } } }
{{- end }}
{{- end -}}
