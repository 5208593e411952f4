/** What the learning subgraph needs to know to start. */
export interface LearningConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PostgreSQL; the tables are in the schema `learning`. */
  readonly databaseUrl: string;
  /** What the router signs viewers with, newest first. */
  readonly viewerSecrets: readonly string[];
  /** Private Ed25519 keys (JWK as JSON, or PKCS #8 PEM), newest first: access tokens are signed with the first. */
  readonly signingKeys: readonly string[];
  /** Where mails go. Without it they stay in this process, for everybody to read at `/mailbox`: never in production. */
  readonly smtp?: { readonly url: string; readonly from: string } | undefined;
  /** The application's address: what links in mails begin with. */
  readonly publicUrl: string;
  /** Object storage for printed certificates: `http(s)://ACCESS:SECRET@host:port?region=us-east-1` */
  readonly s3Url: string;
  /** Where anybody checks a certificate; printed on it, with its code for `{code}`. */
  readonly verificationUrl: string;
}

/** What the operator's command needs to work on the database by itself. */
export interface OperatorConfig {
  readonly databaseUrl: string;
  /** The routers' Redis: without it they do not hear that sessions have ended. */
  readonly redisUrl: string | undefined;
  /** Of a running learning, newest first: without them there are no links. */
  readonly signingKeys: readonly string[] | undefined;
  readonly publicUrl: string | undefined;
}
