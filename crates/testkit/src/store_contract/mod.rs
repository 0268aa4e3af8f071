//! The contract of the Store port, as tests that every store has to pass.
//!
//! A store's own tests say `countersign_testkit::store_contract!(crate::fixture)` where `fixture` is a function without
//! arguments that makes a [`Fixture`]: a fresh, empty place. The macro expands to one test for each behaviour.

pub mod application;
pub mod approval;
pub mod audit;
pub mod authenticator;
pub mod ciba;
pub mod client;
pub mod consent;
pub mod credential;
pub mod device;
pub mod enrolment;
pub mod keys;
pub mod mutual_session;
pub mod oidc;
pub mod organisation;
pub mod outbox;
pub mod pace;
pub mod push;
pub mod qr;
pub mod race;
pub mod sample;
pub mod service;
pub mod stop;
pub mod sweep;
pub mod transaction;
pub mod trust;
pub mod user;
pub mod user_data;

use countersign_core::failure::Fault;
use countersign_core::store::{Reading, Store, Writing};
use std::sync::Arc;

/// A place where a store keeps its data.
pub trait Fixture {
    /// Opens the place. A second call opens the same data once more, as another process would.
    fn open(&self) -> Arc<dyn Store>;
}

/// Writes, and expects that it works.
pub async fn write<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&mut dyn Writing) -> Result<T, Fault> + Send + 'static,
) -> T {
    store
        .write(move |tx| Ok(work(tx)?))
        .await
        .expect("the store writes")
}

/// Reads, and expects that it works.
pub async fn read<T: Send + 'static>(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&dyn Reading) -> Result<T, Fault> + Send + 'static,
) -> T {
    store
        .read(move |tx| Ok(work(tx)?))
        .await
        .expect("the store reads")
}

/// Writes, expects a fault, and answers its sentence.
pub async fn fault(
    store: &Arc<dyn Store>,
    work: impl FnOnce(&mut dyn Writing) -> Result<(), Fault> + Send + 'static,
) -> String {
    let failure = store
        .write(move |tx| Ok(work(tx)?))
        .await
        .expect_err("the store refuses");
    assert!(
        matches!(failure, countersign_core::failure::Failure::Fault(_)),
        "a fault, not a refusal: {failure}"
    );
    failure.to_string()
}

/// One test for each behaviour of the Store port, on a fresh [`Fixture`] each.
#[macro_export]
macro_rules! store_contract {
    ($make:path) => {
        $crate::store_contract! { @tests $make;
            transaction: what_was_written_is_read_back_after_a_restart, a_refusal_keeps_what_was_written,
                a_fault_forgets_what_was_written, a_panic_is_a_fault_for_its_caller_only,
                a_read_sees_one_moment, a_write_sees_what_it_wrote, a_second_process_reads_and_writes_the_same,
                a_healthy_store_says_so;
            organisation: an_organisation_answers_to_its_domain_and_aliases, a_name_belongs_to_one_organisation;
            user: a_person_is_found_by_id_and_username, a_login_belongs_to_one_person, a_person_is_disabled_and_enabled,
                whom_nobody_added_cannot_be_disabled;
            client: every_kind_of_client_comes_back_as_it_was, a_client_is_disabled_and_enabled,
                a_client_is_changed_by_whom_knows_what_it_was, a_jti_is_spent_once_for_each_client;
            device: a_registration_comes_back_in_every_state, a_taken_verification_code_is_refused,
                waiting_registrations_are_counted, a_registration_is_decided_once, a_device_comes_back_as_it_was,
                a_device_is_suspended_brought_back_and_revoked, a_device_has_the_key_that_it_was_given_last,
                newest_devices_come_first;
            application: an_application_comes_back_as_it_was, a_taken_host_name_or_identifier_is_refused,
                the_oldest_application_of_a_client_answers, an_application_is_disabled_and_enabled,
                an_application_is_written_anew, an_application_is_removed_once;
            authenticator: phones_of_a_person_come_oldest_first, a_phone_is_revoked_once,
                a_phone_is_found_by_the_key_that_it_has,
                an_invitation_is_spent_once, a_login_hint_token_is_spent_once;
            approval: an_approval_comes_back_in_every_state, revisions_grow_with_every_change,
                pending_approvals_end_in_time, pending_approvals_of_a_client_stay_until_they_are_settled,
                changes_come_in_order_and_in_pages, only_a_pending_approval_is_settled,
                only_an_approved_approval_is_redeemed, wrong_codes_are_counted, what_is_due_expires_in_batches,
                history_is_newest_first_and_settled_only, nobody_may_be_asked;
            push: a_subscription_comes_back_as_it_was, subscriptions_of_a_person_are_those_of_living_phones,
                a_subscription_is_removed, how_messages_went_is_noted;
            outbox: a_message_comes_back_in_every_state, what_is_due_comes_longest_due_first,
                a_claim_is_a_lease_that_the_next_claim_ends, a_postponed_message_is_due_again_later,
                a_message_ends_once, messages_of_a_phone_and_dead_letters_come_newest_first,
                what_waits_for_a_phone_is_dropped, messages_that_ended_are_swept, one_of_64_couriers_claims;
            pace: requests_of_the_last_minute_are_counted, unanswered_requests_of_the_hour_are_counted,
                refusals_in_a_row_end_with_an_approval, an_expiry_counts_before_the_worker_comes,
                other_people_and_other_kinds_do_not_count;
            stop: a_report_stops_one_client_for_one_person_until_it_is_cleared;
            ciba: a_request_comes_back_as_it_was, a_poll_is_noted;
            qr: a_session_comes_back_in_every_state, a_session_takes_one_phone_and_one_request,
                sessions_of_a_client_are_counted, scans_of_a_phone_are_counted;
            consent: a_consent_comes_back_as_it_was, given_consents_come_newest_decision_first, a_receipt_is_kept_once,
                a_consent_is_withdrawn_once, one_of_64_keeps_the_receipt;
            service: a_service_comes_back_as_it_was, a_service_is_disabled_with_its_client,
                origins_of_services_in_use_are_known, a_service_is_rotated_once_from_each_state;
            trust: an_anchor_comes_back_as_it_was, anchors_that_share_a_reference_come_oldest_first,
                an_anchor_is_removed_once;
            credential: a_credential_comes_back_as_it_was, what_is_learned_of_a_credential_is_written,
                another_issuer_does_not_take_an_id_over, a_credential_is_revoked_once, a_credential_is_revoked_unseen,
                a_credential_is_revoked_with_its_key;
            enrolment: an_enrolment_comes_back_as_it_was, a_credential_has_one_living_enrolment,
                enrolments_of_a_phone_are_revoked_together, a_challenge_is_spent_once, one_of_64_phones_enrols;
            mutual_session: a_mutual_session_comes_back_in_every_state, a_mutual_session_is_answered_once,
                what_was_wrong_with_an_answer_is_noted;
            user_data: a_value_replaces_the_one_before, every_name_is_kept_and_removed_for_itself;
            oidc: a_grant_comes_back_as_it_was, a_grant_is_revoked_once, grants_of_a_person_or_client_are_revoked_together,
                every_access_token_comes_back_as_it_was, an_access_token_keeps_its_first_revocation,
                a_refresh_token_is_spent_once;
            keys: keys_come_by_announcement, times_of_a_key_are_written_anew;
            audit: records_come_in_order_and_in_pages, the_head_moves_with_the_record, a_place_in_the_chain_is_taken_once;
            sweep: what_ended_goes_and_what_lives_stays, a_sweep_is_bounded, refresh_answers_are_erased_after_the_grace,
                identities_are_erased_when_their_session_ends, claims_are_erased_when_their_credential_ends;
            race: one_of_64_settles, one_of_64_redeems, one_of_64_spends_a_refresh_token,
                one_of_64_spends_an_assertion, one_of_64_spends_an_invitation, one_of_64_spends_a_login_hint_token,
                one_of_64_decides_a_registration, one_of_64_phones_scans, one_of_two_processes_redeems;
        }
    };
    (@tests $make:path; $($noun:ident: $($behaviour:ident),+;)+) => {$(
        mod $noun {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                $crate::store_contract::$noun::$behaviour(&$make()).await;
            })+
        }
    )+};
}
